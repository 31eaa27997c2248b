import { rm } from 'node:fs/promises';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { type Cell, type CellChoice, cellsOf } from './cells.ts';
import { type Film, renderFilm } from './film.ts';
import { type FilmResult, measureFilms } from './films.ts';
import { type CellMeasurement, measureCell, type Surroundings } from './measure-cell.ts';
import { modelFigures } from './model-figures.ts';
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
}

type Measured = { readonly cell: Cell; readonly measurement: CellMeasurement };

/** Measures every chosen cell, the next film being rendered while one is replayed, then the real films. */
export async function runAccuracy(options: AccuracyOptions): Promise<AccuracyResult> {
  const { choice, say, signal } = options;
  const store = new Store(options.folder);
  const around: Surroundings = { store, sources: { catalog: await catalogIds(CATALOG_DIR), env: process.env }, signal };
  const cells = cellsOf(choice);
  const measured = await measureAll(cells, around, options);
  const kinds = [...new Set(cells.map(({ kind }) => kind.id))];
  let films: readonly FilmResult[] = [];
  if (options.films !== undefined) {
    const { results, absent } = await measureFilms(options.films, around, say);
    films = results;
    if (absent.length > 0) say(`not in ${options.films}: ${absent.join(', ')}`);
  }
  return {
    secondsPerKind: choice.secondsPerKind,
    goals: GOALS,
    events: kinds.flatMap((kind) => rowsOf(measured.filter(({ cell }) => cell.kind.id === kind))),
    films,
    models: await modelFigures(),
    machine: machineFacts(),
  };
}

async function measureAll(cells: readonly Cell[], around: Surroundings, options: AccuracyOptions): Promise<Measured[]> {
  const { say, signal } = options;
  const measured: Measured[] = [];
  const render = (cell: Cell | undefined): Promise<Film> | undefined => {
    if (cell === undefined) return undefined;
    const film = renderFilm(cell, around.store, signal);
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
    if (options.removeFilms) await rm(film.video);
  }
  return measured;
}
