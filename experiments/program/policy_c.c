#include "experiments/program/policy_c.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <rill/actor.h>
#include <rill/version.h>
#include <rill/wrapper.h>
#include <string.h>

void policy_c_write_reals(FILE *file, const char *name, const char *suffix, const double *values,
                          int64_t count)
{
    fprintf(file, "static const double %s_%s[%" PRId64 "] = {", name, suffix, count);
    for (int64_t i = 0; i < count; i++) {
        fprintf(file, "%s%.17g%s", i % 4 == 0 ? "\n    " : " ", values[i],
                i + 1 < count ? "," : "");
    }
    fprintf(file, "};\n\n");
}

void policy_c_write_integers(FILE *file, const char *name, const char *suffix,
                             const int32_t *values, int64_t count)
{
    fprintf(file, "static const int32_t %s_%s[%" PRId64 "] = {", name, suffix, count);
    for (int64_t i = 0; i < count; i++) {
        fprintf(file, "%s%" PRId32 "%s", i % 12 == 0 ? "\n    " : " ", values[i],
                i + 1 < count ? "," : "");
    }
    fprintf(file, "};\n\n");
}

/// What is linear in the features: the estimates of the actions, or the parameters of the distribution.
typedef struct linear_part {
    const rill_features *features;
    const double *weights; ///< (features->size, stride), of which the first `n` of a row are used
    int32_t stride, n;
} linear_part;

static linear_part linear_part_of(const rill_agent *agent)
{
    const rill_actor *actor = &agent->actor;
    if (!agent->type->is_actor) {
        const int32_t n = agent->value.n_outputs;
        return (linear_part){&agent->features, agent->value.weights, n, n};
    }
    const double *theta = agent->type->learned_theta == NULL ? actor->theta.weights
                                                             : agent->type->learned_theta(agent);
    return (linear_part){rill_actor_features(agent), theta, actor->theta.n_outputs,
                         actor->distribution.size};
}

/// Whether a policy over observations that are a box can be written.
static rill_status check_linear(const rill_agent *agent, rill_error *error)
{
    static const char *const distributions[] = {"categorical", "gaussian", "gumbel_softmax",
                                                "straight_through", NULL};
    const char *agent_id = agent->type->id;
    if (agent->type->act_greedily != NULL ||
        (!agent->type->is_actor && agent->type->estimates == RILL_ESTIMATES_STATE_VALUES)) {
        return rill_error_set(error, RILL_INVALID, "agent",
                              "%s on observations that are a box cannot be exported; agents that "
                              "learn action values or a policy can, and any agent on discrete "
                              "observations",
                              agent_id);
    }
    bool is_known = !agent->type->is_actor;
    for (size_t i = 0; distributions[i] != NULL && !is_known; i++) {
        is_known = strcmp(agent->actor.distribution.type->id, distributions[i]) == 0;
    }
    if (!is_known) {
        return rill_error_set(error, RILL_INVALID, "distribution",
                              "%s on observations that are a box cannot be exported; categorical, "
                              "gaussian, gumbel_softmax and straight_through can",
                              agent->actor.distribution.type->id);
    }
    const linear_part part = linear_part_of(agent);
    for (int64_t i = 0; i < (int64_t)part.features->size * part.stride; i++) {
        if (!isfinite(part.weights[i])) {
            return rill_error_set(error, RILL_INVALID, "weights",
                                  "weight %" PRId64 " is not finite: the agent has diverged", i);
        }
    }
    return policy_c_check_features(part.features, error);
}

/// Text of the user's within a comment: what would end it is left out.
static void write_comment_text(FILE *file, const char *text)
{
    for (; *text != '\0'; text++) {
        fputc((unsigned char)*text < 0x20 || *text == '*' || *text == '\\' ? ' ' : *text, file);
    }
}

static void write_upper(FILE *file, const char *name)
{
    for (; *name != '\0'; name++) {
        fputc(toupper((unsigned char)*name), file);
    }
}

static void write_macro(FILE *file, const char *name, const char *suffix, int64_t value)
{
    fputs("#define ", file);
    write_upper(file, name);
    fprintf(file, "_%s %" PRId64 "\n", suffix, value);
}

static void write_head(FILE *file, const rill_saved_agent *saved, const char *name)
{
    const rill_agent *agent = saved->agent;
    const rill_space *in = &agent->observation_space, *out = &agent->action_space;
    const bool is_discrete = out->kind == RILL_SPACE_DISCRETE;
    fprintf(file, "/* A policy learned with rill %s: ", RILL_VERSION);
    write_comment_text(file, saved->experiment->name == NULL ? "" : saved->experiment->name);
    fputs(", \"", file);
    write_comment_text(file, saved->experiment->variants[0].label);
    fprintf(file,
            "\"\n *\n * agent        %s, run %" PRId64 ", %" PRId64 " steps, %" PRId64 " episodes\n"
            " * result hash  %016" PRIx64 "\n * environment  %s%s\n",
            agent->type->id, saved->run, saved->steps, saved->episodes, saved->hash,
            rill_env_unwrapped(saved->env)->type->id,
            saved->env == rill_env_unwrapped(saved->env)
                ? ""
                : ", in wrappers: observations and actions are those outside them");
    fprintf(
        file, " * observation  %s %" PRId32 "\n * action       %s, %s %" PRId32 "\n",
        in->kind == RILL_SPACE_DISCRETE ? "a number from 0 below" : "(float) numbers:", in->size,
        is_discrete             ? agent->type->is_actor ? "the likeliest" : "the greedy one"
        : agent->type->is_actor ? "the centre of the distribution (of a Gaussian its mean)"
                                : "the greedy one",
        is_discrete ? "a number from 0 below" : "(float) numbers:", out->size);
    fputs(
        " *\n * No heap, no library, no state. The same bits as rill's where doubles are IEEE 754 and the\n"
        " * compiler does not fuse multiply-adds: compile with -ffp-contract=off. */\n",
        file);
    fputs("#ifndef ", file);
    write_upper(file, name);
    fputs("_POLICY_H\n#define ", file);
    write_upper(file, name);
    fputs("_POLICY_H\n\n#include <stdint.h>\n\n", file);
    write_macro(file, name, in->kind == RILL_SPACE_DISCRETE ? "N_OBSERVATIONS" : "OBSERVATION_SIZE",
                in->size);
    write_macro(file, name, is_discrete ? "N_ACTIONS" : "ACTION_SIZE", out->size);
    fputc('\n', file);
}

/// Discrete observations: whatever the agent is, its action in each.
static void write_table(FILE *file, const rill_agent *agent, const char *name)
{
    const int32_t n_states = agent->observation_space.size, n = agent->action_space.size;
    const bool is_discrete = agent->action_space.kind == RILL_SPACE_DISCRETE;
    const int32_t width = is_discrete ? 1 : n;
    const char *type = !is_discrete ? "float" : n <= 256 ? "uint8_t" : "int32_t";
    fprintf(file, "static const %s %s_actions[%" PRId64 "] = {", type, name,
            (int64_t)n_states * width);
    for (int32_t s = 0; s < n_states; s++) {
        const rill_action action = rill_agent_act_greedily(agent, (rill_observation){.index = s});
        for (int32_t i = 0; i < width; i++) {
            fputs((s * width + i) % (is_discrete ? 20 : 5) == 0 ? "\n    " : " ", file);
            if (is_discrete) {
                fprintf(file, "%" PRId32 ",", action.index);
            } else {
                fprintf(file, "(float)%.9g,", (double)action.box[i]);
            }
        }
    }
    fputs("};\n\n", file);
    if (is_discrete) {
        fprintf(file,
                "/* The action for an observation in [0, %" PRId32 "). */\n"
                "static inline int32_t %s_action(int32_t observation)\n{\n"
                "    return %s_actions[observation];\n}\n",
                n_states, name, name);
        return;
    }
    fprintf(file,
            "/* The action for an observation in [0, %" PRId32 "), to action (%" PRId32 "). */\n"
            "static inline void %s_action(int32_t observation, float *action)\n{\n"
            "    for (int i = 0; i < %" PRId32 "; i++) {\n"
            "        action[i] = %s_actions[observation * %" PRId32 " + i];\n    }\n}\n",
            n_states, n, name, n, name, n);
}

/// Observations that are a box: features, and what is linear in them.
static rill_status write_linear(FILE *file, const rill_agent *agent, const char *name,
                                rill_error *error)
{
    const linear_part part = linear_part_of(agent);
    const bool is_discrete = agent->action_space.kind == RILL_SPACE_DISCRETE;
    const bool is_binary = part.features->is_binary;
    fprintf(file, "/* (features, %s) */\nstatic const double %s_weights[%" PRId64 "] = {",
            is_discrete ? "actions" : "dimensions of the action", name,
            (int64_t)part.features->size * part.n);
    for (int32_t i = 0; i < part.features->size; i++) {
        fputs("\n   ", file);
        for (int32_t j = 0; j < part.n; j++) {
            fprintf(file, " %.17g,", part.weights[(int64_t)i * part.stride + j]);
        }
    }
    fputs("};\n\n", file);
    const rill_status status = policy_c_write_features(file, part.features, name, error);
    if (status != RILL_OK) {
        return status;
    }
    fprintf(file, "/* The action for an observation (%" PRId32 ")%s. */\n",
            agent->observation_space.size, is_discrete ? "" : ", to action");
    fprintf(file, "static inline %s %s_action(const float *observation%s)\n{\n",
            is_discrete ? "int32_t" : "void", name, is_discrete ? "" : ", float *action");
    fprintf(file, "    int32_t active[%" PRId32 "];\n    double sums[%" PRId32 "] = {0.0};\n",
            part.features->n_active, part.n);
    if (!is_binary) {
        fprintf(file, "    double values[%" PRId32 "];\n", part.features->n_active);
    }
    fprintf(file,
            "    %s_features(observation, active%s);\n"
            "    for (int32_t i = 0; i < %" PRId32 "; i++) {\n"
            "        for (int32_t a = 0; a < %" PRId32 "; a++) {\n"
            "            sums[a] += %s%s_weights[active[i] * %" PRId32 " + a];\n        }\n    }\n",
            name, is_binary ? "" : ", values", part.features->n_active, part.n,
            is_binary ? "" : "values[i] * ", name, part.n);
    if (is_discrete) {
        fprintf(file,
                "    int32_t best = 0;\n    for (int32_t a = 1; a < %" PRId32 "; a++) {\n"
                "        best = sums[a] > sums[best] ? a : best;\n    }\n    return best;\n}\n",
                part.n);
    } else {
        fprintf(file,
                "    for (int32_t a = 0; a < %" PRId32
                "; a++) {\n        action[a] = (float)sums[a];\n    }\n}\n",
                part.n);
    }
    return RILL_OK;
}

rill_status policy_c_write(FILE *file, const rill_saved_agent *saved, const char *name,
                           rill_error *error)
{
    const rill_agent *agent = saved->agent;
    const bool is_table = agent->observation_space.kind == RILL_SPACE_DISCRETE;
    rill_status status = is_table ? RILL_OK : check_linear(agent, error);
    if (status != RILL_OK) {
        return status;
    }
    write_head(file, saved, name);
    if (is_table) {
        write_table(file, agent, name);
    } else {
        status = write_linear(file, agent, name, error);
    }
    fputs("\n#endif\n", file);
    return status;
}
