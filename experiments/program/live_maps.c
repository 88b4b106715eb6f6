#include "experiments/program/live_maps.h"

#include "experiments/program/policy_picture.h"

#include <stdlib.h>

enum { MAX_MAPS = 16, FRAME = 2, TITLE = 1 };

struct live_maps {
    const rill_experiment *experiment;
    int32_t n;
    rill_agent **onlookers;            ///< (n_variants), NULL from n on
    policy_picture pictures[MAX_MAPS]; ///< (n)
};

static rill_status open_map(live_maps *maps, int32_t variant, rill_error *error)
{
    const rill_variant *of = &maps->experiment->variants[variant];
    const rill_env *env = of->world->env;
    if (!policy_picture_is_possible(env)) {
        return rill_error_set(
            error, RILL_INVALID, "env.id",
            "--live draws maps of grid worlds, and %s is none; `rill watch` shows "
            "every environment in a window",
            env->type->id);
    }
    rill_status status = rill_agent_clone(&maps->onlookers[variant], of->agent, error);
    if (status == RILL_OK) {
        const rill_agent_type *type = of->agent->type;
        const bool is_control = type->estimates == RILL_ESTIMATES_ACTION_VALUES || type->is_actor;
        maps->n++;
        status = policy_picture_open(&maps->pictures[variant], env, maps->onlookers[variant],
                                     is_control, error);
    }
    return status;
}

rill_status live_maps_open(live_maps **out, const rill_experiment *experiment, rill_error *error)
{
    live_maps *maps = calloc(1, sizeof *maps);
    *out = NULL;
    if (maps == NULL) {
        return rill_error_no_memory(error);
    }
    maps->experiment = experiment;
    maps->onlookers = calloc((size_t)experiment->n_variants + 1, sizeof *maps->onlookers);
    rill_status status = maps->onlookers == NULL ? rill_error_no_memory(error) : RILL_OK;
    for (int32_t i = 0; i < experiment->n_variants && i < MAX_MAPS && status == RILL_OK; i++) {
        status = open_map(maps, i, error);
    }
    if (status != RILL_OK) {
        live_maps_close(maps);
        return status;
    }
    *out = maps;
    return RILL_OK;
}

void live_maps_close(live_maps *maps)
{
    if (maps == NULL) {
        return;
    }
    for (int32_t i = 0; i < maps->n; i++) {
        policy_picture_close(&maps->pictures[i]);
        rill_agent_destroy(maps->onlookers[i]);
    }
    free(maps->onlookers);
    free(maps);
}

rill_agent *const *live_maps_onlookers(const live_maps *maps)
{
    return maps == NULL ? NULL : maps->onlookers;
}

int live_maps_height(const live_maps *maps, int32_t variant, int columns)
{
    if (variant >= maps->n) {
        return 0;
    }
    rill_grid grid;
    const rill_env *env = maps->pictures[variant].env;
    env->type->grid(env->params, &grid);
    return grid.columns + FRAME <= columns ? TITLE + FRAME + (int)grid.rows : 0;
}

void live_maps_draw(live_maps *maps, int32_t variant, const rill_text_view *style, FILE *stream)
{
    policy_picture *picture = &maps->pictures[variant];
    rill_error error = {0};
    if (policy_picture_look(picture, maps->onlookers[variant], &error) != RILL_OK) {
        return; // as it was
    }
    fprintf(stream, "%s: %s", maps->experiment->variants[variant].label,
            picture->shows_policy ? "greedy policy" : "values");
    if (picture->n_path > 0) {
        fprintf(stream, "; [ ] its %d steps to the goal", (int)picture->n_path - 1);
    }
    fputc('\n', stream);
    policy_picture_draw(picture, style, stream, &error);
}
