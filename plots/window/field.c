#include "plots/window/field.h"

#include <math.h>
#include <stdlib.h>

/// Cells along each side of a plane; states that can be bars side by side; cells of a row that can be squares.
enum { PLANE_CELLS = 48, MAX_STATES = 1100, MAX_ROW = 60 };

static bool is_bounded_plane(const rill_space *space)
{
    return space->kind == RILL_SPACE_BOX && space->size == 2 &&
           isfinite(space->high[0] - space->low[0]) && isfinite(space->high[1] - space->low[1]);
}

/// Whether the agent has a policy that improves, over actions that can be told apart.
static bool has_greedy_actions(const rill_agent *agent)
{
    return agent->action_space.kind == RILL_SPACE_DISCRETE &&
           (agent->type->is_actor || agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES);
}

rill_status field_open(field *self, const rill_env *env, const rill_agent *agent, rill_error *error)
{
    *self = (field){.low = 1.0,
                    .high = 0.0,
                    .has_actions = has_greedy_actions(agent),
                    .are_action_values = agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES};
    const rill_space *space = &agent->observation_space;
    const bool is_discrete = space->kind == RILL_SPACE_DISCRETE;
    const bool has_values = !agent->type->learns_no_values;
    if (is_discrete && env->type->grid != NULL) {
        rill_grid grid;
        env->type->grid(env->params, &grid);
        const bool is_row = grid.rows == 1 && grid.columns > MAX_ROW;
        if ((int64_t)grid.rows * grid.columns == space->size && !is_row) {
            self->kind = FIELD_GRID;
            self->rows = grid.rows;
            self->columns = grid.columns;
        }
    }
    if (self->kind == FIELD_GRID) {
        // it is that
    } else if (is_bounded_plane(space) && has_values) {
        self->kind = FIELD_PLANE;
        self->rows = self->columns = PLANE_CELLS;
    } else if (is_discrete && space->size > 1 && space->size <= MAX_STATES && has_values) {
        self->kind = FIELD_STATES;
        self->rows = 1;
        self->columns = space->size;
    } else if (agent->action_space.kind == RILL_SPACE_DISCRETE &&
               agent->action_space.size <= MAX_STATES && self->has_actions) {
        self->kind = agent->type->is_actor ? FIELD_PROBABILITIES : FIELD_ACTIONS;
        self->rows = 1;
        self->columns = agent->action_space.size;
    }
    const size_t n = (size_t)self->rows * (size_t)self->columns;
    self->values = calloc(n + 1, sizeof *self->values);
    self->actions = calloc(n + 1, sizeof *self->actions);
    return self->values == NULL || self->actions == NULL ? rill_error_no_memory(error) : RILL_OK;
}

void field_close(field *self)
{
    free(self->values);
    free(self->actions);
    *self = (field){0};
}

const char *field_title(const field *self)
{
    return self->is_of_traces        ? "Eligibility traces"
           : self->are_action_values ? "Greatest action value"
                                     : "State value";
}

int32_t field_count(const rill_agent *agent)
{
    const int32_t n = rill_agent_n_values(agent);
    const bool is_discrete = agent->action_space.kind == RILL_SPACE_DISCRETE;
    return is_discrete && agent->action_space.size > n ? agent->action_space.size : n;
}

void field_middle(const field *self, const rill_space *space, int32_t cell, double *point)
{
    const double x = (cell % self->columns + 0.5) / self->columns;
    const double y = 1.0 - (cell / self->columns + 0.5) / self->rows;
    point[0] = space->low[0] + x * (space->high[0] - space->low[0]);
    point[1] = space->low[1] + y * (space->high[1] - space->low[1]);
}

static rill_observation observation_of(const field *self, const rill_env *env, int32_t cell,
                                       float *point)
{
    if (self->kind == FIELD_PLANE) {
        double middle[2];
        field_middle(self, &env->observation_space, cell, middle);
        point[0] = (float)middle[0];
        point[1] = (float)middle[1];
        return (rill_observation){.box = point};
    }
    if (self->kind == FIELD_GRID || self->kind == FIELD_STATES) {
        return (rill_observation){.index = cell};
    }
    return rill_env_observe(env);
}

void field_look(const field *self, const rill_env *env, const rill_agent *agent, int32_t cell,
                double *values, float *point)
{
    const rill_observation observation = observation_of(self, env, cell, point);
    if (!self->is_of_traces || !rill_agent_traces(agent, observation, values)) {
        rill_agent_values(agent, observation, values);
    }
}

/// The traces of a state together; NaN where there is none.
static double trace_of(const rill_agent *agent, rill_observation observation, double *traces)
{
    double sum = 0.0;
    if (rill_agent_traces(agent, observation, traces)) {
        for (int32_t i = 0; i < rill_agent_n_values(agent); i++) {
            sum += traces[i];
        }
    }
    return sum == 0.0 ? (double)NAN : sum;
}

/// The value of a state for its picture: NaN where nothing was learned about it, as all estimates are equal.
static double value_of(const double *values, int32_t n)
{
    bool is_known = n == 1;
    for (int32_t i = 1; i < n; i++) {
        is_known = is_known || values[i] != values[0];
    }
    const double best = rill_max(values, n);
    return is_known && isfinite(best) && best != RILL_UNAVAILABLE ? best : (double)NAN;
}

static bool is_shown(const field *self, const rill_env *env, int32_t cell)
{
    if (self->kind != FIELD_GRID) {
        return true;
    }
    rill_grid grid;
    env->type->grid(env->params, &grid);
    const rill_cell kind = grid.cell(env->params, cell);
    return kind != RILL_CELL_WALL && kind != RILL_CELL_GOAL;
}

/// One number for each action in the present state.
static void look_at_actions(field *self, const rill_env *env, const rill_agent *agent,
                            double *values)
{
    const rill_observation here = rill_env_observe(env);
    if (self->kind == FIELD_PROBABILITIES) {
        rill_agent_probabilities(agent, here, NULL, self->values);
    } else {
        rill_agent_values(agent, here, values);
        for (int32_t i = 0; i < self->columns; i++) {
            self->values[i] = values[i] == RILL_UNAVAILABLE ? (double)NAN : values[i];
        }
    }
    const int32_t greedy = rill_agent_act_greedily(agent, here).index;
    for (int32_t i = 0; i < self->columns; i++) {
        self->actions[i] = i == greedy ? i : -1;
    }
}

void field_update(field *self, const rill_env *env, const rill_agent *agent)
{
    double *values = calloc((size_t)field_count(agent) + 1, sizeof *values);
    if (values == NULL || self->kind == FIELD_NONE) {
        free(values);
        return;
    }
    const int32_t n_values = rill_agent_n_values(agent);
    if (self->kind == FIELD_ACTIONS || self->kind == FIELD_PROBABILITIES) {
        look_at_actions(self, env, agent, values);
    } else {
        for (int32_t cell = 0; cell < self->rows * self->columns; cell++) {
            float point[2];
            const rill_observation observation = observation_of(self, env, cell, point);
            if (self->is_of_traces) {
                self->values[cell] = trace_of(agent, observation, values);
                self->actions[cell] = -1;
                continue;
            }
            rill_agent_values(agent, observation, values);
            const bool is_here = is_shown(self, env, cell);
            self->values[cell] = is_here ? value_of(values, n_values) : (double)NAN;
            const bool is_decided =
                is_here && self->has_actions && (n_values == 1 || !isnan(self->values[cell]));
            self->actions[cell] =
                is_decided ? rill_agent_act_greedily(agent, observation).index : -1;
        }
    }
    self->low = HUGE_VAL;
    self->high = -HUGE_VAL;
    for (int32_t cell = 0; cell < self->rows * self->columns; cell++) {
        if (isfinite(self->values[cell])) {
            self->low = fmin(self->low, self->values[cell]);
            self->high = fmax(self->high, self->values[cell]);
        }
    }
    self->low = self->is_of_traces && self->low <= self->high ? fmin(self->low, 0.0) : self->low;
    free(values);
}
