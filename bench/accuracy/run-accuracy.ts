import { rm } from 'node:fs/promises';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { type Cell, type CellChoice, cellsOf } from './cells.ts';
import { type Film, renderFilm } from './film.ts';
import { type MeasuredFilms, measureFilms } from './films.ts';
import { type CellMeasurement, measureCell, type Surroundings, type Watch, watchWithProduct } from './measure-cell.ts';
import { measuredModels, modelFigures } from './model-figures.ts';
import { measurePacks } from './packs/measure-packs.ts';
import { type AccuracyResult, GOALS, machineFacts, rowsOf } from './result.ts';
import { Store } from './store.ts';

export interface AccuracyOptions {
  readonly choice: CellChoice;
  /** Where films and results of cells are kept between runs. */
  readonly folder: string;
  /** Folder of the real films; undefined leaves them out. */
  readonly films: string | undefined;
  /** Removes each film of the twin once it is measured. */
  readonly removeFilms: boolean;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** What draws films and what watches them; for tests. Without it, the twin and the product. */
  readonly tools?: AccuracyTools;
}

export interface AccuracyTools {
  readonly render: typeof renderFilm;
  readonly watch: Watch;
}

const NO_FILMS: MeasuredFilms = { results: [], counts: [], absent: [] };

type Measured = { readonly cell: Cell; readonly measurement: CellMeasurement };

/** Measures every chosen cell, the next film being rendered while one is replayed, then the real films. */
export async function runAccuracy(options: AccuracyOptions): Promise<AccuracyResult> {
  const { choice, say, signal, tools } = options;
  const store = new Store(options.folder);
  const sources = { catalog: await catalogIds(CATALOG_DIR), env: process.env };
  const around: Surroundings = { store, sources, signal, watch: tools?.watch ?? watchWithProduct };
  const cells = cellsOf(choice);
  const measured = await measureAll(cells, around, options);
  // Tools of a test draw and watch events only.
  const packs = tools === undefined ? await measurePacks(choice, around, options) : [];
  const kinds = [...new Set(cells.map(({ kind }) => kind.id))];
  const films: MeasuredFilms = options.films === undefined ? NO_FILMS : await measureFilms(options.films, around, say);
  if (films.absent.length > 0) say(`films that are not there: ${films.absent.join(', ')}`);
  return {
    secondsPerKind: choice.secondsPerKind,
    goals: GOALS,
    events: kinds.flatMap((kind) => rowsOf(measured.filter(({ cell }) => cell.kind.id === kind))),
    ...(packs.length === 0 ? {} : { packs }),
    films: films.results,
    counts: films.counts,
    models: await modelFigures(),
    modelVersions: await measuredModels(),
    machine: machineFacts(),
  };
}

async function measureAll(cells: readonly Cell[], around: Surroundings, options: AccuracyOptions): Promise<Measured[]> {
  const { say, signal } = options;
  const draw = options.tools?.render ?? renderFilm;
  const measured: Measured[] = [];
  const render = (cell: Cell | undefined): Promise<Film> | undefined => {
    if (cell === undefined) return undefined;
    const film = draw(cell, around.store, signal);
    // Its failure is thrown where the film is needed.
    film.catch(() => undefined);
    return film;
  };
  let next = render(cells[0]);
  for (const [index, cell] of cells.entries()) {
    const film = await next;
    if (film === undefined) break;
    next = render(cells[index + 1]);
    const measurement = await measureCell(cell, film, around);
    const { matched, missed, wrong, doubles } = measurement.judgement;
    const counts = `${matched.length} right, ${missed.length} missed, ${wrong.length} wrong, ${doubles.length} doubles`;
    say(`${index + 1} of ${cells.length}  ${cell.id}: ${counts} in ${cell.seconds} s`);
    measured.push({ cell, measurement });
    const isShared = cells.slice(index + 1).some((later) => later.scene === cell.scene && later.seed === cell.seed);
    if (options.removeFilms && !isShared && film.plant === undefined) await rm(film.video);
  }
  return measured;
}
