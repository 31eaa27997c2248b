/** Bumped with every change of the tables; `open` carries older files forward and refuses newer ones. */
export const SCHEMA_VERSION = 9;

/**
 * Records are keyed by (journal, seq), where a journal is one (device, epoch, stream). `spans` holds which numbers are
 * accounted for, as ranges that never touch; the holes between them are the gaps.
 */
const FIRST = `
create table devices (
  device text primary key, first_seen_ms integer not null, last_seen_ms integer not null,
  birth text, reported text, reported_ms integer
) without rowid;
create table journals (
  id integer primary key autoincrement, device text not null, epoch text not null, stream text not null,
  stored integer not null default 0, first_seen_ms integer not null, unique (device, epoch, stream)
);
create table records (
  journal integer not null references journals (id), seq integer not null, hash text not null, kind text not null,
  wall_ms integer not null, received_ms integer not null, json text not null, primary key (journal, seq)
) without rowid;
create table spans (
  journal integer not null references journals (id), first integer not null, last integer not null,
  primary key (journal, first)
) without rowid;
create table declared (
  journal integer not null references journals (id), first integer not null, last integer not null,
  reason text not null, head text not null, tombstone integer not null, primary key (journal, tombstone)
) without rowid;
create table chain_breaks (
  journal integer not null references journals (id), seq integer not null, link text not null, expected text not null,
  found text not null, at_ms integer not null, times integer not null default 1, primary key (journal, seq, link)
) without rowid;
create table conflicts (
  journal integer not null references journals (id), seq integer not null, kept_hash text not null,
  refused_hash text not null, refused_json text not null, content_differs integer not null, at_ms integer not null,
  times integer not null default 1, primary key (journal, seq)
) without rowid;
create table gaps (
  id integer primary key autoincrement, journal integer not null references journals (id), first integer not null,
  last integer not null, state text not null, opened_ms integer not null, closed_ms integer,
  requests integer not null default 0, requested_ms integer
);
create index gaps_by_state on gaps (state, journal);
create table events (
  id integer primary key, device text not null, event text not null, kind text not null, severity text not null,
  camera text not null, zone text, rule text not null, label text not null, opened_ms integer not null,
  opened_known integer not null, updated_ms integer not null, closed_ms integer, reason text,
  lasted_ms real not null, score real, clock text not null, snapshot text, extra text not null,
  journal integer not null, seq integer not null, snapshot_journal integer, snapshot_seq integer,
  unique (device, event)
);
create index events_by_time on events (opened_ms desc, id desc);
create index events_by_device on events (device, opened_ms desc, id desc);
create index events_by_kind on events (kind, opened_ms desc, id desc);
create table telemetry (
  device text not null, camera text not null, model text not null, journal integer not null, seq integer not null,
  wall_ms integer not null, received_ms integer not null, body text not null, primary key (device, camera, model)
) without rowid;
create table expected_media (
  device text not null, event text not null, sha256 text not null, primary key (device, event, sha256)
) without rowid;
create table media (
  sha256 text primary key, device text not null, bytes integer not null, mime text not null, stored_ms integer not null
) without rowid;
create table credentials (device text primary key, hash text not null, created_ms integer not null) without rowid;
create table meta (name text primary key, value integer not null) without rowid;
insert into meta values ('credential_revision', 0), ('applied_revision', -1);
`;

/**
 * What retention took away: of a journal everything up to `last`, so that its chain goes on from `head`; of pictures
 * the row stays and says when its bytes went.
 */
const RETENTION = `
create table retired (
  journal integer primary key references journals (id), last integer not null, head text not null,
  count integer not null, at_ms integer not null
);
alter table media add column retired_ms integer;
create index media_by_age on media (stored_ms) where retired_ms is null;
`;

/** What devices signed: by stream the number and the hash that stood there; `holds` when the signature is the key's. */
const SIGNATURES = `
create table signed_heads (
  device text not null, epoch text not null, stream text not null, seq integer not null, audit_seq integer not null,
  head text not null, key text not null, holds integer not null, at_ms integer not null,
  primary key (device, epoch, stream, seq, audit_seq)
) without rowid;
create index signed_heads_by_time on signed_heads (at_ms);
create index signed_heads_by_device on signed_heads (device, at_ms);
`;

/**
 * Books of journals that recovery on a device gave up: numbers that a later journal declares lost, and numbers whose
 * records a later journal has (ranges that never touch).
 */
const RECOVERY = `
create table recovery_losses (
  journal integer not null references journals (id), first integer not null, last integer not null, reason text not null,
  audit_journal integer not null references journals (id), audit_seq integer not null,
  primary key (journal, first, audit_journal, audit_seq)
) without rowid;
create table transferred (
  journal integer not null references journals (id), first integer not null, last integer not null, primary key (journal, first)
) without rowid;
`;

/** Telemetry records by time, for the coverage of a camera. Records of other kinds do not pay for it. */
const TELEMETRY_BY_TIME = `create index telemetry_by_time on records (journal, wall_ms) where kind = 'counters';`;

/**
 * When the first record of an event was received: an event of a device whose clock is ahead does not come before all
 * others in the lists. Of older events the reception of the latest record is known.
 */
const EVENTS_RECEIVED = `
alter table events add column received_ms integer not null default 9007199254740991;
update events set received_ms = coalesce(
  (select r.received_ms from records r where r.journal = events.journal and r.seq = events.seq), received_ms);
drop index events_by_time;
drop index events_by_device;
drop index events_by_kind;
create index events_by_time on events ((min(opened_ms, received_ms)) desc, id desc);
create index events_by_device on events (device, (min(opened_ms, received_ms)) desc, id desc);
create index events_by_kind on events (kind, (min(opened_ms, received_ms)) desc, id desc);
`;

/** Rollouts of releases, what was done about them, and what each device should have. */
const ROLLOUTS = `
create table rollouts (
  id text primary key, active integer not null, change integer not null, created_ms integer not null, json text not null
) without rowid;
create table rollout_history (
  id integer primary key autoincrement, rollout text not null references rollouts (id), at_ms integer not null,
  who text not null, action text not null, device text, detail text
);
create index rollout_history_by_rollout on rollout_history (rollout, id);
create table desired (device text primary key, revision integer not null, json text not null) without rowid;
`;

/** What people say about events: each row is one statement, the latest of an event holds. */
const REVIEWS = `
create table reviews (
  id integer primary key autoincrement, device text not null, event text not null, verdict text not null,
  who text not null, at_ms integer not null, json text not null
);
create index reviews_by_event on reviews (device, event, id);
`;

/** Claims with which devices enrol, and what was done with them. */
const CLAIMS = `
create table claims (
  id text primary key, device text not null, hash text not null unique, line text, site text,
  created_ms integer not null, expires_ms integer not null, used_ms integer, cancelled_ms integer,
  binding text, certificate text
) without rowid;
create index claims_by_device on claims (device);
create table claim_history (
  number integer primary key autoincrement, claim text not null, device text not null, at_ms integer not null,
  who text not null, action text not null, detail text
);
`;

/** Step n carries a file from schema n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  RETENTION,
  SIGNATURES,
  RECOVERY,
  TELEMETRY_BY_TIME,
  EVENTS_RECEIVED,
  ROLLOUTS,
  REVIEWS,
  CLAIMS,
];
