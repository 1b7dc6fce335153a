import type { Rule } from './define-rule.ts'
import anyMessage from './rules/any-message.ts'
import arrayAcrossBlocks from './rules/array-across-blocks.ts'
import blankAfterBackslash from './rules/blank-after-backslash.ts'
import brokenLink from './rules/broken-link.ts'
import captureNotAssigned from './rules/capture-not-assigned.ts'
import changeWithoutRollback from './rules/change-without-rollback.ts'
import changeWithoutValidation from './rules/change-without-validation.ts'
import contextChange from './rules/context-change.ts'
import countAsProof from './rules/count-as-proof.ts'
import decisionGap from './rules/decision-gap.ts'
import equalSums from './rules/equal-sums.ts'
import exitAtTopLevel from './rules/exit-at-top-level.ts'
import fenceLanguage from './rules/fence-language.ts'
import fixedSleep from './rules/fixed-sleep.ts'
import hiddenWord from './rules/hidden-word.ts'
import httpWithoutFail from './rules/http-without-fail.ts'
import interactiveNotMarked from './rules/interactive-not-marked.ts'
import invisibleCharacter from './rules/invisible-character.ts'
import literalSecret from './rules/literal-secret.ts'
import lostStep from './rules/lost-step.ts'
import lostTarget from './rules/lost-target.ts'
import missingCaution from './rules/missing-caution.ts'
import noEstimate from './rules/no-estimate.ts'
import noOwner from './rules/no-owner.ts'
import noWayBack from './rules/no-way-back.ts'
import nothingToRun from './rules/nothing-to-run.ts'
import openHereDocument from './rules/open-here-document.ts'
import pausePoint from './rules/pause-point.ts'
import placeholder from './rules/placeholder.ts'
import pointOfNoReturn from './rules/point-of-no-return.ts'
import promptSign from './rules/prompt-sign.ts'
import proofCannotFail from './rules/proof-cannot-fail.ts'
import secretInArgv from './rules/secret-in-argv.ts'
import silentProof from './rules/silent-proof.ts'
import sshExpansion from './rules/ssh-expansion.ts'
import sshLostVariable from './rules/ssh-lost-variable.ts'
import stepInput from './rules/step-input.ts'
import stepOrder from './rules/step-order.ts'
import sumOfNothing from './rules/sum-of-nothing.ts'
import titleVerb from './rules/title-verb.ts'
import unboundedDecision from './rules/unbounded-decision.ts'
import unboundedLoop from './rules/unbounded-loop.ts'
import undefinedName from './rules/undefined-name.ts'
import undefinedVariable from './rules/undefined-variable.ts'
import unknownHost from './rules/unknown-host.ts'
import unnamedInterpreter from './rules/unnamed-interpreter.ts'
import unknownStepType from './rules/unknown-step-type.ts'
import unreachableStep from './rules/unreachable-step.ts'
import withoutTheTool from './rules/without-the-tool.ts'

/** Every rule of the catalogue; to add one, write its file and name it here. */
export const rules: readonly Rule[] = [
  anyMessage,
  arrayAcrossBlocks,
  blankAfterBackslash,
  brokenLink,
  captureNotAssigned,
  changeWithoutRollback,
  changeWithoutValidation,
  contextChange,
  countAsProof,
  decisionGap,
  equalSums,
  exitAtTopLevel,
  fenceLanguage,
  fixedSleep,
  hiddenWord,
  httpWithoutFail,
  interactiveNotMarked,
  invisibleCharacter,
  literalSecret,
  lostStep,
  lostTarget,
  missingCaution,
  noEstimate,
  noOwner,
  noWayBack,
  nothingToRun,
  openHereDocument,
  pausePoint,
  placeholder,
  pointOfNoReturn,
  promptSign,
  proofCannotFail,
  secretInArgv,
  silentProof,
  sshExpansion,
  sshLostVariable,
  stepInput,
  stepOrder,
  sumOfNothing,
  titleVerb,
  unboundedDecision,
  unboundedLoop,
  undefinedName,
  undefinedVariable,
  unknownHost,
  unknownStepType,
  unnamedInterpreter,
  unreachableStep,
  withoutTheTool,
]
