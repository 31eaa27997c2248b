/**
 * Assignment of rows to columns with the least total cost, each used once (Kuhn 1955 in the shortest augmenting path
 * form of Jonker and Volgenant 1987). `costs` is row-major, `rows` x `columns`. A pair that costs `limit` or more is
 * never made, and the total counts `limit` for a row left out, so that one excellent pair is not given up for two poor
 * ones. Time is rows^2 x columns.
 *
 * @returns the column of each row, or -1
 */
export function assign(costs: Float64Array, rows: number, columns: number, limit: number): Int32Array {
  if (rows > columns) return transposed(costs, rows, columns, limit);
  const rowOfColumn = augment(costs, rows, columns, limit);
  const columnOfRow = new Int32Array(rows).fill(-1);
  for (let column = 0; column < columns; column += 1) {
    const row = rowOfColumn[column]!;
    if (row >= 0 && costs[row * columns + column]! < limit) columnOfRow[row] = column;
  }
  return columnOfRow;
}

function transposed(costs: Float64Array, rows: number, columns: number, limit: number): Int32Array {
  const turned = new Float64Array(costs.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      turned[column * rows + row] = costs[row * columns + column]!;
    }
  }
  const rowOfColumn = assign(turned, columns, rows, limit);
  const columnOfRow = new Int32Array(rows).fill(-1);
  rowOfColumn.forEach((row, column) => {
    if (row >= 0) columnOfRow[row] = column;
  });
  return columnOfRow;
}

/** Gives every row a column, one augmenting path per row; the dual prices keep reduced costs from going below 0. */
function augment(costs: Float64Array, rows: number, columns: number, limit: number): Int32Array {
  const rowOfColumn = new Int32Array(columns).fill(-1);
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const shortest = new Float64Array(columns);
  const before = new Int32Array(columns);
  const done = new Uint8Array(columns);
  for (let start = 0; start < rows; start += 1) {
    shortest.fill(Number.POSITIVE_INFINITY);
    before.fill(-1);
    done.fill(0);
    let row = start;
    let from = -1;
    let distance = 0;
    for (;;) {
      let next = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let column = 0; column < columns; column += 1) {
        if (done[column] === 1) continue;
        const cost = costs[row * columns + column]!;
        const capped = cost < limit ? cost : limit;
        const reached = distance + capped - rowPrice[row]! - columnPrice[column]!;
        if (reached < shortest[column]!) {
          shortest[column] = reached;
          before[column] = from;
        }
        if (shortest[column]! < least) {
          least = shortest[column]!;
          next = column;
        }
      }
      done[next] = 1;
      distance = least;
      from = next;
      const owner = rowOfColumn[next]!;
      if (owner < 0) break;
      row = owner;
    }
    reprice(rowPrice, columnPrice, { rowOfColumn, shortest, done, start, distance });
    for (let column = from; column >= 0; column = before[column]!) {
      const previous = before[column]!;
      rowOfColumn[column] = previous < 0 ? start : rowOfColumn[previous]!;
    }
  }
  return rowOfColumn;
}

interface Path {
  readonly rowOfColumn: Int32Array;
  readonly shortest: Float64Array;
  readonly done: Uint8Array;
  readonly start: number;
  readonly distance: number;
}

function reprice(rowPrice: Float64Array, columnPrice: Float64Array, path: Path): void {
  rowPrice[path.start] = rowPrice[path.start]! + path.distance;
  for (let column = 0; column < columnPrice.length; column += 1) {
    if (path.done[column] !== 1) continue;
    const slack = path.distance - path.shortest[column]!;
    columnPrice[column] = columnPrice[column]! - slack;
    const row = path.rowOfColumn[column]!;
    if (row >= 0) rowPrice[row] = rowPrice[row]! + slack;
  }
}
