import {
  type AddressSpace,
  EventNotifierFlags,
  type INamespace,
  promoteToStateMachine,
  type UAObject,
  type UAStateMachineEx,
} from 'node-opcua-address-space';
import { NodeClass } from 'node-opcua-data-model';
import type { PublishedLine, PublishedResult } from './published.ts';
import { type Entered, VisionEvents } from './vision-events.ts';

export const MACHINE_VISION = 'http://opcfoundation.org/UA/MachineVision';
const TOP = ['Preoperational', 'Halted', 'Error'];

/** What of the line the vision system itself shows. */
export type VisionLine = Pick<PublishedLine, 'state' | 'why' | 'recipe' | 'product'>;

/**
 * The object `VisionSystem` of the type `VisionSystemType` (OPC 40100-1, i=1003): the state machine and, inside of its
 * state `Operational`, that of the automatic mode. It raises an event for each state that is entered, and for each result.
 */
export class VisionSystem {
  readonly #top: UAStateMachineEx;
  readonly #automatic: UAStateMachineEx;
  readonly #events: VisionEvents;
  readonly #newId: () => string;
  #shown: VisionLine | undefined;
  /** Of the stretch of `ContinuousExecution`; nobody starts jobs here. */
  #job = '';

  constructor(space: AddressSpace, namespace: INamespace, newId: () => string) {
    const type = space.findObjectType('VisionSystemType', space.getNamespaceIndex(MACHINE_VISION));
    if (type === null) throw new Error('the types of machine vision are not loaded');
    const system = type.instantiate({
      ...{ organizedBy: space.rootFolder.objects, browseName: 'VisionSystem', namespace, nodeId: 's=VisionSystem' },
      optionals: ['VisionStateMachine.AutomaticModeStateMachine'],
    });
    this.#top = machineOf(childOf(system, 'VisionStateMachine'));
    this.#automatic = machineOf(childOf(this.#top, 'AutomaticModeStateMachine'));
    // Events go up from the machines to the system, and from there to the server: at each a client may listen.
    const server = space.rootFolder.objects.server;
    for (const [above, below] of [
      [server, system] as const,
      [system, this.#top],
      [this.#top, this.#automatic],
    ] as const) {
      above.addReference({ referenceType: 'HasNotifier', nodeId: below });
      below.setEventNotifier(EventNotifierFlags.SubscribeToEvents);
    }
    this.#events = new VisionEvents(space, space.getNamespaceIndex(MACHINE_VISION));
    this.#newId = newId;
  }

  /** Shows the line as it is now, with the events of what has changed. */
  show(line: VisionLine): void {
    const before = this.#shown?.state;
    this.#shown = line;
    if (line.state === before) return;
    const isTop = TOP.includes(line.state);
    if (line.state === 'ContinuousExecution') this.#job = this.#newId();
    const changes = [
      { machine: this.#top, change: enter(this.#top, isTop ? line.state : 'Operational') },
      { machine: this.#automatic, change: enter(this.#automatic, isTop ? null : line.state) },
    ];
    for (const { machine, change } of changes) {
      if (change !== undefined) this.#events.entered(machine, change, line.why);
    }
  }

  /** A piece was judged. Before anything is known of the line there is no event. */
  result(result: PublishedResult): void {
    if (this.#shown === undefined) return;
    const { recipe, product } = this.#shown;
    this.#events.result(this.#automatic, { ...result, recipe, product, job: this.#job, id: this.#newId() });
  }

  lose(): void {
    this.#shown = undefined;
    enter(this.#top, null);
    enter(this.#automatic, null);
  }
}

/** Where two transitions lead to a state, it is the one that the device makes by itself. */
function enter(machine: UAStateMachineEx, state: string | null): Entered | undefined {
  const from = machine.currentStateNode;
  if (state === null && from === null) return undefined;
  const own: Parameters<UAStateMachineEx['setState']>[1] = (transitions) =>
    transitions.find(({ browseName }) => browseName.name?.endsWith('Auto') === true) ?? transitions[0] ?? null;
  machine.setState(state, own);
  const to = machine.currentStateNode;
  if (to === null || to === from) return undefined;
  return { from, to, transition: from && machine.findTransitionNode(from, to, own) };
}

/** The library tells of each transition by an event of an abstract type, beside the one that the standard wants. */
function machineOf(node: UAObject): UAStateMachineEx {
  const machine = promoteToStateMachine(node);
  const raise = machine.raiseEvent.bind(machine);
  machine.raiseEvent = (type, data) => {
    if (type !== 'TransitionEventType') raise(type, data);
  };
  return machine;
}

function childOf(parent: UAObject, name: string): UAObject {
  const child = parent.getComponents().find(({ browseName }) => browseName.name === name);
  if (child?.nodeClass !== NodeClass.Object) throw new Error(`a vision system has no ${name}`);
  return child as UAObject;
}
