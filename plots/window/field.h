/// What an agent has learned, as a picture can show it: a number and an action for each cell of a grid or of
/// a plane, for each of a few states, or for each action in the present state.
#ifndef RILL_PLOTS_WINDOW_FIELD_H
#define RILL_PLOTS_WINDOW_FIELD_H

#include <rill/agent.h>

typedef enum field_kind {
    FIELD_NONE,
    FIELD_GRID,          ///< the cells of a grid world
    FIELD_PLANE,         ///< a box of two bounded dimensions, in cells
    FIELD_STATES,        ///< each discrete state
    FIELD_ACTIONS,       ///< the value of each action in the present state
    FIELD_PROBABILITIES, ///< the probability of each there
} field_kind;

/// Row 0 is on top: of a plane, that of the greatest second number.
typedef struct field {
    field_kind kind;
    int32_t rows, columns;
    double *
        values; ///< (rows, columns) the greatest action value, or the state value; NaN: none is known
    int32_t *actions; ///< (rows, columns) the greedy action; -1: none
    double low, high; ///< of the values that are not NaN; high < low: there are none
    bool has_actions;
    bool are_action_values; ///< `values` are the greatest of these
    bool is_of_traces; ///< `values` are eligibility traces: of a state, over its actions; NaN: none
} field;

/// Which kind suits an agent in an environment, with room for it. RILL_NO_MEMORY.
rill_status field_open(field *self, const rill_env *env, const rill_agent *agent,
                       rill_error *error);
void field_close(field *self);
/// What `values` are, in words.
const char *field_title(const field *self);
/// Asks the agent anew.
void field_update(field *self, const rill_env *env, const rill_agent *agent);

/// The middle of a cell of a plane, (2).
void field_middle(const field *self, const rill_space *space, int32_t cell, double *point);
/// Number of values that `field_look` answers.
int32_t field_count(const rill_agent *agent);
/// The estimates of one cell, or its traces, `values` has room for `field_count`. Of a plane, `point` is (2) its middle.
void field_look(const field *self, const rill_env *env, const rill_agent *agent, int32_t cell,
                double *values, float *point);

#endif
