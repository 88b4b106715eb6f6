#include "core/actor.h"
#include "core/registry.h"

#include <rill/agent_define.h>
#include <string.h>

RILL_DEFINE_REGISTRY(agent, "agent", "agents")

void rill_agent_fill(const rill_agent *agent, double estimate)
{
    rill_linear_fill(&agent->value, estimate / agent->features.n_active);
}

void rill_agent_mask(const rill_agent *agent, const rill_linear *table)
{
    const rill_model *model = agent->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        double *row = rill_linear_row(table, s);
        for (int32_t a = 0; a < model->n_actions && rill_model_has_actions(model, s); a++) {
            row[a] = rill_model_is_available(model, s, a) ? row[a] : RILL_UNAVAILABLE;
        }
    }
}

void rill_agent_begin(rill_agent *agent, const rill_rng *rng)
{
    memset(agent->memory, 0, agent->memory_size);
    agent->memory->rng = *rng;
    agent->type->begin(agent);
    if (agent->model != NULL && !agent->type->needs_model && !agent->type->is_actor &&
        agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES) {
        rill_agent_mask(agent, &agent->value);
    }
}

void rill_agent_seed(rill_agent *agent, uint64_t seed)
{
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    rill_agent_begin(agent, &rng);
}

void rill_agent_save(const rill_agent *agent, void *bytes)
{
    memcpy(bytes, agent->memory, agent->memory_size);
}

void rill_agent_load(rill_agent *agent, const void *bytes)
{
    memcpy(agent->memory, bytes, agent->memory_size);
}

/// The features of an observation in a map, into a slot.
static void fill(const rill_features *features, const rill_slots *slots, int32_t slot,
                 bool is_frozen, rill_observation observation)
{
    const ptrdiff_t first = (ptrdiff_t)slot * slots->n_active;
    const bool is_discrete = features->space.kind == RILL_SPACE_DISCRETE;
    slots->observations[slot] = is_discrete ? observation.index : 0;
    if (rill_features_are_table(features)) {
        slots->n[slot] = 1;
        slots->indices[first] = rill_features_active(features, observation);
        return;
    }
    slots->n[slot] = features->type->encode(features, slots->map, is_frozen, observation,
                                            slots->indices + first, slots->values + first);
}

/// An observation, into the slot beside the memory, for questions that change nothing.
static void look(const rill_agent *agent, rill_observation observation)
{
    fill(&agent->features, &agent->scratch, 0, true, observation);
    if (agent->actor.features.type != NULL) {
        fill(&agent->actor.features, &agent->actor_scratch.slots, 0, true, observation);
    }
}

/// The number of an observation in the policy, as `rill_agent_policy_state`.
static int32_t policy_state_of(const rill_agent *agent, rill_observation observation)
{
    if (rill_features_are_table(&agent->features)) {
        return rill_features_active(&agent->features, observation);
    }
    return agent->observation_space.kind == RILL_SPACE_DISCRETE ? observation.index : 0;
}

void rill_agent_probabilities(const rill_agent *agent, rill_observation observation,
                              const double *values, double *probabilities)
{
    if (agent->type->is_actor) {
        look(agent, observation);
        actor_probabilities(agent, probabilities);
        return;
    }
    rill_policy_probabilities(&agent->policy, policy_state_of(agent, observation), values,
                              agent->memory->step, agent->memory->episode, probabilities);
}

int32_t rill_agent_count_lanes(const rill_agent *agent)
{
    return agent->type->count_lanes == NULL ? 1 : agent->type->count_lanes(agent);
}

int32_t rill_agent_n_values(const rill_agent *agent)
{
    return agent->type->estimates == RILL_ESTIMATES_STATE_VALUES ? 1 : agent->action_space.size;
}

/// The estimates of a slot, to `values`.
static void evaluate(const rill_agent *agent, const rill_slots *slots, int32_t slot, double *values)
{
    const ptrdiff_t first = (ptrdiff_t)slot * slots->n_active;
    rill_linear_evaluate(&agent->value, slots->n[slot], slots->indices + first,
                         agent->features.is_binary ? NULL : slots->values + first, values);
}

rill_state rill_agent_fill_slot(rill_agent *agent, rill_observation observation)
{
    const rill_slots *slots = &agent->slots;
    const int32_t slot = *slots->next;
    *slots->next = slot + 1 == slots->count ? 0 : slot + 1;
    fill(&agent->features, slots, slot, false, observation);
    if (agent->actor.features.type != NULL) {
        fill(&agent->actor.features, &agent->actor.slots, slot, false, observation);
    }
    return slot;
}

void rill_agent_values(const rill_agent *agent, rill_observation observation, double *values)
{
    if (agent->type->values != NULL) {
        agent->type->values(agent, observation, values);
        return;
    }
    if (agent->slots.count > 0) {
        look(agent, observation);
        evaluate(agent, &agent->scratch, 0, values);
        return;
    }
    int32_t feature = rill_features_active(&agent->features, observation);
    memcpy(values, rill_linear_row(&agent->value, feature),
           (size_t)agent->value.n_outputs * sizeof *values);
}

bool rill_agent_traces(const rill_agent *agent, rill_observation observation, double *traces)
{
    const rill_trace *trace = agent->type->trace == NULL ? NULL : agent->type->trace(agent);
    if (trace == NULL || trace->size == 0) {
        return false;
    }
    rill_agent_type type = *agent->type; // an agent whose estimates are z
    rill_agent other = *agent;
    type.values = NULL;
    other.type = &type;
    other.value.weights = trace->eligibility;
    rill_agent_values(&other, observation, traces);
    return true;
}

rill_action rill_agent_act_greedily(const rill_agent *agent, rill_observation observation)
{
    if (agent->type->act_greedily != NULL) {
        return agent->type->act_greedily(agent, observation);
    }
    if (agent->type->is_actor) {
        look(agent, observation);
        return actor_centre(agent);
    }
    if (agent->slots.count > 0) {
        look(agent, observation);
        if (agent->type->estimates == RILL_ESTIMATES_STATE_VALUES) {
            const int32_t state = agent->scratch.observations[0];
            return (rill_action){.index = rill_policy_likeliest(&agent->policy, state)};
        }
        evaluate(agent, &agent->scratch, 0, agent->scratch.outputs);
        return (rill_action){.index = rill_argmax(agent->scratch.outputs, agent->value.n_outputs)};
    }
    int32_t feature = rill_features_active(&agent->features, observation);
    if (agent->type->estimates == RILL_ESTIMATES_STATE_VALUES) {
        return (rill_action){.index = rill_policy_likeliest(&agent->policy, feature)};
    }
    const double *row = rill_linear_row(&agent->value, feature);
    return (rill_action){.index = rill_argmax(row, agent->value.n_outputs)};
}
