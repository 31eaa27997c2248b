/**
 * How busy the device is: how many frames a second should be inspected, how many are, who uses the CPUs, and whether the
 * device is overloaded. While it is, work is left out in a stated order.
 * Also whether cameras and models fit on a device, from what they cost.
 */
export { type Capacity, capacityOf, type CapacityUse, type InferenceDemand } from './capacity.ts';
export { judgeLoad, type LoadFigures, type LoadReport, overloadFinding, type WorkLeftOut } from './judge-load.ts';
export { LoadMeter, type LoadMeterParts, type WantedRate } from './load-meter.ts';
