import type { AddressSpace, UAEventType, UAObject, UAStateMachineEx } from 'node-opcua-address-space';
import { DataType, Variant, VariantArrayType } from 'node-opcua-variant';
import { type PublishedResult, RESULT_NUMBERS } from './published.ts';

type State = NonNullable<UAStateMachineEx['currentStateNode']>;
type Transition = NonNullable<ReturnType<UAStateMachineEx['findTransitionNode']>>;
type Fields = Parameters<UAObject['raiseEvent']>[1];
type Field = NonNullable<Exclude<Fields[string], UAEventType>>;

/** A state that a machine has entered. Without `from` nothing was known; the standard has a transition for some ways only. */
export interface Entered {
  readonly from: State | null;
  readonly to: State;
  readonly transition: Transition | null;
}

/** A result with what the standard wants to be said of it. */
export interface IdentifiedResult extends PublishedResult {
  readonly id: string;
  readonly job: string;
  /** Empty where none was chosen. */
  readonly recipe: string;
  readonly product: string;
}

/** Of 1 to 1000 (OPC 10000-5, 6.4.2): below 334 is low, from 667 high. */
const SEVERITY = { low: 100, bad: 300, error: 800 };
/** `Completed` and `Failed` (OPC 40100-1, 12.19). */
const RESULT_STATE = { completed: 1, failed: 4 };

/** Events of OPC 40100-1: states of a machine (8.2.9) and results (8.3.8.4). */
export class VisionEvents {
  readonly #space: AddressSpace;
  readonly #namespace: number;

  /** `namespace`: index of machine vision. */
  constructor(space: AddressSpace, namespace: number) {
    this.#space = space;
    this.#namespace = namespace;
  }

  /** A machine has entered a state; `why` in words. `Error` is entered and left with an event of its own. */
  entered(machine: UAObject, { from, to, transition }: Entered, why: string): void {
    const isError = nameOf(to) === 'Error';
    const fields = (severity: number): Fields => ({
      ...{ message: text(`${nameOf(to)}: ${why}`), severity: { dataType: DataType.UInt16, value: severity } },
      ...stateFields('fromState', from),
      ...stateFields('toState', to),
      ...stateFields('transition', transition),
    });
    machine.raiseEvent(this.#type('StateChangedEventType'), fields(SEVERITY.low));
    if (isError) machine.raiseEvent(this.#type('ErrorEventType'), fields(SEVERITY.error));
    else if (from !== null && nameOf(from) === 'Error') {
      machine.raiseEvent(this.#type('ErrorResolvedEventType'), fields(SEVERITY.low));
    }
  }

  /** A piece was judged. `ResultContent` is output, piece, result as a number, and reason. */
  result(machine: UAObject, result: IdentifiedResult): void {
    const { id, job, output, piece, recipe, product, reason, atMs } = result;
    const isJudged = result.result !== 'no_result';
    const severity = result.result === 'ok' ? SEVERITY.low : SEVERITY.bad;
    const content = [
      new Variant({ dataType: DataType.String, value: output }),
      new Variant({ dataType: DataType.UInt32, value: piece }),
      new Variant({ dataType: DataType.Int32, value: RESULT_NUMBERS[result.result] ?? 0 }),
      new Variant({ dataType: DataType.String, value: reason }),
    ];
    machine.raiseEvent(this.#type('ResultReadyEventType'), {
      message: text(`${output}: piece ${piece} is ${result.result}${reason === 'none' ? '' : `, ${reason}`}`),
      severity: { dataType: DataType.UInt16, value: severity },
      isPartial: { dataType: DataType.Boolean, value: false },
      isSimulated: { dataType: DataType.Boolean, value: false },
      resultState: {
        dataType: DataType.Int32,
        value: isJudged ? RESULT_STATE.completed : RESULT_STATE.failed,
      },
      resultId: this.#id('ResultIdDataType', id),
      partId: this.#id('PartIdDataType', `${output}/${piece}`),
      jobId: this.#id('JobIdDataType', job),
      productId: this.#id('ProductIdDataType', product),
      internalRecipeId: this.#id('RecipeIdInternalDataType', recipe),
      // Configurations have no names here.
      internalConfigurationId: this.#id('ConfigurationIdDataType', ''),
      creationTime: { dataType: DataType.DateTime, value: new Date(atMs) },
      resultContent: { dataType: DataType.Variant, arrayType: VariantArrayType.Array, value: content },
    });
  }

  #type(name: string): UAEventType {
    const type = this.#space.findEventType(name, this.#namespace);
    if (type === null) throw new Error(`machine vision has no ${name}`);
    return type;
  }

  #id(name: string, id: string): Field {
    const type = this.#space.findDataType(name, this.#namespace);
    if (type === null) throw new Error(`machine vision has no ${name}`);
    return { dataType: DataType.ExtensionObject, value: this.#space.constructExtensionObject(type, { id }) };
  }
}

function stateFields(name: string, node: State | Transition | null): Fields {
  if (node === null) return {};
  return { [name]: text(nameOf(node)), [`${name}.id`]: { dataType: DataType.NodeId, value: node.nodeId } };
}

function nameOf({ browseName }: State | Transition): string {
  return browseName.name ?? '';
}

function text(value: string): Field {
  return { dataType: DataType.LocalizedText, value: { text: value } };
}
