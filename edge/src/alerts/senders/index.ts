/** The ways in which alerts leave, and the form that they have; another way is a file and a line. */
import { mqttSender } from './mqtt.ts';
import type { AlertSender } from './sender.ts';
import { smtpSender } from './smtp.ts';
import { webhookSender } from './webhook.ts';

export { ALERT_KINDS, type AlertCondition, type AlertKind, type AlertLine, type AlertMessage } from './alert-types.ts';
export { type AlertSite, subjectOf, testMessage, textOf } from './message.ts';
export type { AlertEnd, AlertSender } from './sender.ts';

const SENDERS: readonly AlertSender[] = [mqttSender, webhookSender, smtpSender];

/** The sender for a URL; undefined where none has its scheme. */
export function senderOf(url: string): AlertSender | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  return SENDERS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
}

/** Whether a target sends e-mail, which needs addresses. */
export function isMail(url: string): boolean {
  return smtpSender.schemes.some((scheme) => url.toLowerCase().startsWith(`${scheme}:`));
}

/** Why no alert can go to a URL, or undefined. */
export function alertUrlProblem(url: string): string | undefined {
  const sender = senderOf(url);
  const known = SENDERS.flatMap(({ schemes }) => schemes.map((scheme) => `${scheme}:`)).join(', ');
  if (sender === undefined) return `has none of the schemes ${known}`;
  // A URL of another scheme would not have its query taken apart.
  const asHttp = url.replace(/^[a-z]+:/i, 'http:');
  if (!URL.canParse(asHttp) || new URL(asHttp).hostname === '') return 'names no host';
  return sender.problem(new URL(asHttp));
}
