/// A run in stretches: an agent's own loop over many steps, as far as nothing is due that looks at it.
#include "experiments/runner.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/// How many episodes may end before something is due that looks at the agent.
static int64_t episodes_until_due(const rill_experiment *experiment, int64_t episodes)
{
    const rill_evaluation *evaluation = &experiment->evaluation;
    int64_t until = MAX_EPISODES;
    if (experiment->stop_episodes > 0) {
        until = least(until, experiment->stop_episodes - episodes);
    }
    if (evaluation->every > 0 && evaluation->unit == RILL_EPISODES) {
        until = least(until, evaluation->every - episodes % evaluation->every);
    }
    for (size_t i = 0; i < experiment->n_records; i++) {
        const rill_record *spec = &experiment->records[i];
        if (spec->unit == RILL_EPISODES && !spec->metric->is_per_episode) {
            until = least(until, spec->every - episodes % spec->every);
        }
    }
    return until;
}

/// Does steps in the agent's own loop until one of two things is due; false when it has none.
static bool stretch(runner *r, int64_t n_steps)
{
    lane *at = &r->lanes[0];
    rill_stretch part = {.env = at->env,
                         .observation = at->observation,
                         .action = r->action,
                         .episode_return = at->episode_return,
                         .episode_length = at->episode_length,
                         .n_steps = n_steps,
                         .returns = r->returns,
                         .lengths = r->lengths,
                         .max_episodes = episodes_until_due(r->experiment, r->run->episodes)};
    if (!r->agent->type->stretch(r->agent, &part)) {
        return false;
    }
    const int64_t steps = r->run->steps + part.n_steps;
    if (part.n_episodes > 0) {
        r->run->steps -= at->episode_length;
        run_record_stretch(r, &part);
        run_evaluate(r, RILL_EPISODES, r->run->episodes);
        r->is_over = run_is_over_after_episode(r);
    }
    r->run->steps = steps;
    at->observation = part.observation;
    at->episode_return = part.episode_return;
    at->episode_length = part.episode_length;
    r->action = part.action;
    if (part.n_episodes == part.max_episodes && !r->is_over) {
        run_begin_episode(r);
    }
    return true;
}

bool run_in_stretches(runner *r)
{
    while (!r->is_over && r->run->steps < r->look) {
        const int64_t due = run_next_event(r->experiment, r->run->steps);
        const int64_t event = least(due, r->look);
        while (r->run->steps < event && !r->is_over) {
            if (!stretch(r, event - r->run->steps)) {
                return false;
            }
        }
        if (r->run->steps == due) {
            r->is_over = run_end_steps(r) || r->is_over;
        }
    }
    return true;
}
