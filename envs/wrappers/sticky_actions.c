/// Sticky actions: with a probability, the action executed last is executed again in place of the
/// one chosen; the first action of an episode is always the one chosen. Machado et al., "Revisiting
/// the Arcade Learning Environment", JAIR 61 (2018), section 5.2.
///
/// Each step but an episode's first draws one uniform number, before the environment does, so that a
/// seed gives the episodes of Gymnasium's StickyAction.
#include <rill/wrapper.h>
#include <string.h>

typedef struct sticky_actions_params {
    double probability;
} sticky_actions_params;

static const rill_param sticky_actions_param_table[] = {
    RILL_REAL(sticky_actions_params, probability, "0.25", 0, 1, "of repeating the last action"),
    RILL_PARAM_END,
};

/// The action executed last.
typedef struct sticky_actions_state {
    bool has_action; ///< false until an episode's first
    int32_t index;
    float box[]; ///< (size)
} sticky_actions_state;

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    (void)error;
    wrapper->state_size = sizeof(sticky_actions_state);
    if (wrapper->action_space.kind == RILL_SPACE_BOX) {
        wrapper->state_size += (size_t)wrapper->action_space.size * sizeof(float);
    }
    return RILL_OK;
}

static void begin(const void *params, void *state)
{
    (void)params;
    ((sticky_actions_state *)state)->has_action = false;
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const sticky_actions_params *params = self->params;
    const rill_space *space = &self->wrapper->action_space;
    sticky_actions_state *last = self->state;
    const bool is_repeated = last->has_action && rill_rng_random(self->rng) < params->probability;
    if (space->kind == RILL_SPACE_DISCRETE) {
        last->index = is_repeated ? last->index : action.index;
        action.index = last->index;
    } else {
        if (!is_repeated) {
            memcpy(last->box, action.box, (size_t)space->size * sizeof *last->box);
        }
        action.box = last->box;
    }
    last->has_action = true;
    return rill_wrapped_step(self, action, outcome);
}

extern const rill_wrapper_type rill_wrapper_sticky_actions;
const rill_wrapper_type rill_wrapper_sticky_actions = {
    .id = "sticky_actions",
    .summary = "executes the last action again, with a probability",
    .source = "Machado et al. (2018), section 5.2; Gymnasium StickyAction",
    .params = sticky_actions_param_table,
    .params_size = sizeof(sticky_actions_params),
    .prepare = prepare,
    .begin = begin,
    .step = step,
};
