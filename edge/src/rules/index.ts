/**
 * What becomes an event. Each type of rule is a folder with its options, words, judge, document and tests, and a line in
 * registry.ts. A judge is pure: frames and tracks in, transitions of incidents out.
 */
export { labelProblems, type LabelProblem, modelsReadBy } from './label-problems.ts';
export type { LabelNeed, RuleDefinition, RuleMemory, RulePlace, RuleWords, SignalOption } from './rule-definition.ts';
export { createRule, definitionOf, placeOf, readsText, RULE_TYPES, RuleOptions, RULES } from './rules.ts';
export { CrossingLine, type LinePoints } from './crossing/crossing-line.ts';
export { operationEndedBy, type OperationRecord } from './operation-time/operation-record.ts';
export { withConfirmation } from './cleaning/cleaning-state.ts';
export { type GoodPack, proposeFields, type ProposedFields } from './code-check/propose.ts';
