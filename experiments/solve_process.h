/// The Markov reward process that a policy makes of a decision process.
#ifndef RILL_EXPERIMENTS_SOLVE_PROCESS_H
#define RILL_EXPERIMENTS_SOLVE_PROCESS_H

#include <rill/model.h>
#include <rill/status.h>
#include <stdint.h>

/// Makes a model with a single action, whose optimal values are those of the policy, (n_states,
/// n_actions) probabilities. States that `is_live` (n_states) does not mark are terminal in it; NULL
/// marks all. RILL_INVALID (the row of a live state does not sum to 1, or uses an action that is not
/// available), RILL_NO_MEMORY.
rill_status create_process(const rill_model *model, const double *policy, const uint8_t *is_live,
                           rill_model **process, rill_error *error);

#endif
