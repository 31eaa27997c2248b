/** A stack light on outputs of a controller: what its lamps say, written again and again, and what they say at the end. */
export {
  type Lamp,
  type Lamps,
  LAMPS,
  type LampPoints,
  STOPPED,
  StackLight,
  type StackLightOptions,
} from './stack-light.ts';
