/**
 * What becomes an event. Each type of rule is a folder with its options, words, judge, document and tests, and a line in
 * registry.ts. A judge is pure: frames and tracks in, transitions of incidents out.
 */
export { labelProblems, type LabelProblem, modelsReadBy } from './label-problems.ts';
export type { LabelNeed, RuleDefinition, RuleMemory, RulePlace, RuleWords, SignalOption } from './rule-definition.ts';
export { createRule, definitionOf, placeOf, readsText, RULE_TYPES, RuleOptions, RULES } from './rules.ts';
export { CrossingLine, type LinePoints } from './crossing/crossing-line.ts';
export { operationEndedBy, type OperationRecord } from './operation-time/operation-record.ts';
export { type WeightLimits, weightLimits } from './weight/tolerances.ts';
export { keptCleaning, OBSERVED, withConfirmation } from './cleaning/cleaning-state.ts';
export { intervalMsOf, overdueOf } from './cleaning/due.ts';
export { limitsOf, type LimitUsed, type ServiceFacts } from './maintenance/due.ts';
export { keptService, serviceOf, withService } from './maintenance/service-state.ts';
export { type GoodPack, proposeFields, type ProposedFields } from './code-check/propose.ts';
