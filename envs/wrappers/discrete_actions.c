/// Discrete actions: the box of actions becomes a choice of n rules, each a constant action or a linear
/// feedback on the observation x of the environment inside:
///
///     action k:   u = actions_k - gains_k x,   clipped to the bounds of the environment's actions
///
/// So methods for discrete actions control a pendulum by torques of -2, 0 and 2, and one that evaluates
/// a policy evaluates a law u = -K x, which is then the only action.
#include <math.h>
#include <rill/wrapper.h>

enum { MAX_GRID = 1024 };

typedef struct discrete_actions_params {
    rill_list actions; ///< (n, m)
    rill_list gains;   ///< (n, m, size of x), or (m, size of x) for all; or none
} discrete_actions_params;

static const rill_param discrete_actions_param_table[] = {
    RILL_REALS(discrete_actions_params, actions, "", -1e30, 1e30,
               "the numbers of the first action, then those of the second, ...; empty: all "
               "combinations of the least, the middle and the greatest of each dimension"),
    RILL_REALS(discrete_actions_params, gains, "", -1e30, 1e30,
               "an action's feedback, a row of numbers for each of its dimensions: that of each "
               "action, or one for all; empty: none"),
    RILL_PARAM_END,
};

/// The least, the middle and the greatest of each dimension, the last one running fastest.
static rill_status make_grid(rill_wrapper *wrapper, const rill_space *box, rill_error *error)
{
    double rows[MAX_GRID];
    int32_t n = 1;
    for (int32_t i = 0; i < box->size; i++) {
        if (!isfinite(box->low[i]) || !isfinite(box->high[i])) {
            return rill_error_set(error, RILL_INVALID, "actions",
                                  "dimension %d of the actions of %s has no bound; give `actions`",
                                  i, wrapper->inner->type->id);
        }
        n = n > MAX_GRID ? n : 3 * n;
    }
    if (n > MAX_GRID / box->size) {
        return rill_error_set(error, RILL_INVALID, "actions",
                              "%s has actions of %d numbers, too many to combine; give `actions`",
                              wrapper->inner->type->id, box->size);
    }
    for (int32_t k = 0; k < n; k++) {
        for (int32_t i = box->size - 1, rest = k; i >= 0; i--, rest /= 3) {
            const double low = box->low[i], high = box->high[i],
                         third[] = {low, 0.5 * (low + high), high};
            rows[k * box->size + i] = third[rest % 3];
        }
    }
    return rill_wrapper_expand(wrapper, "actions", n * box->size, rows, error);
}

static rill_status check_gains(const rill_wrapper *wrapper, int32_t n, int32_t m, rill_error *error)
{
    const int32_t count = ((const discrete_actions_params *)wrapper->params)->gains.count;
    const rill_space *observations = &wrapper->inner->observation_space;
    if (count == 0) {
        return RILL_OK;
    }
    rill_status status = rill_wrapper_need_box(wrapper, observations, "observations", error);
    if (status != RILL_OK) {
        return rill_error_prefix(error, status, "gains");
    }
    const int64_t one = (int64_t)m * observations->size;
    if (count != one && count != n * one) {
        return rill_error_set(error, RILL_INVALID, "gains",
                              "%d numbers; %s wants %d rows of %d, or as many for each of the %d "
                              "actions",
                              count, wrapper->inner->type->id, m, observations->size, n);
    }
    return RILL_OK;
}

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    const discrete_actions_params *params = wrapper->params;
    const rill_space box = wrapper->action_space;
    rill_status status = rill_wrapper_need_box(wrapper, &box, "actions", error);
    if (status == RILL_OK && params->actions.count == 0) {
        status = make_grid(wrapper, &box, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    if (params->actions.count % box.size != 0) {
        return rill_error_set(error, RILL_INVALID, "actions", "%d numbers; an action of %s has %d",
                              params->actions.count, wrapper->inner->type->id, box.size);
    }
    for (int32_t i = 0; i < params->actions.count; i++) {
        const double u = params->actions.values[i];
        const int32_t dimension = i % box.size;
        if (!(u >= box.low[dimension] && u <= box.high[dimension])) {
            return rill_error_set(error, RILL_INVALID, "actions",
                                  "%.15g is not in [%.15g, %.15g], the range of dimension %d", u,
                                  box.low[dimension], box.high[dimension], dimension);
        }
    }
    const int32_t n = params->actions.count / box.size;
    wrapper->action_space = rill_space_discrete(n);
    return check_gains(wrapper, n, box.size, error);
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const discrete_actions_params *params = self->params;
    const rill_env *inner = self->wrapper->inner;
    const rill_space *box = &inner->action_space;
    const int32_t m = box->size, n_x = inner->observation_space.size;
    const double *offsets = params->actions.values + (ptrdiff_t)action.index * m;
    const bool has_gains = params->gains.count > 0;
    const bool is_shared = params->gains.count == m * n_x;
    const double *gains = has_gains && !is_shared
                              ? params->gains.values + (ptrdiff_t)action.index * m * n_x
                              : params->gains.values;
    const float *x = NULL;
    if (has_gains) {
        x = inner->type->observe(inner->params, self->inner_state, self->inner_box).box;
    }
    for (int32_t i = 0; i < m; i++) {
        double u = offsets[i];
        for (int32_t j = 0; has_gains && j < n_x; j++) {
            u -= gains[i * n_x + j] * (double)x[j];
        }
        u = u < box->low[i] ? box->low[i] : u > box->high[i] ? box->high[i] : u;
        self->action_box[i] = (float)u;
    }
    return rill_wrapped_step(self, (rill_action){.box = self->action_box}, outcome);
}

extern const rill_wrapper_type rill_wrapper_discrete_actions;
const rill_wrapper_type rill_wrapper_discrete_actions = {
    .id = "discrete_actions",
    .summary = "makes box actions a choice of constants, or of linear feedback laws",
    .source = "the usual discretisation of controls; with gains, a choice of linear control laws",
    .params = discrete_actions_param_table,
    .params_size = sizeof(discrete_actions_params),
    .prepare = prepare,
    .step = step,
};
