/// The whole loop: an agent learns to walk along a cliff.
#include <rill/rill.h>
#include <stdio.h>

int main(void)
{
    const char *const settings[] = {"alpha=0.5", "policy.epsilon=0.1", NULL};
    rill_error error;
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    if (rill_env_create(&env, "CliffWalking-v1", NULL, &error) != RILL_OK ||
        rill_agent_create(&agent, "q_learning", env, settings, &error) != RILL_OK) {
        fprintf(stderr, "%s: %s\n", error.path, error.message);
        rill_env_destroy(env);
        return 1;
    }
    for (int episode = 1; episode <= 500; episode++) {
        double sum = 0.0;
        rill_outcome outcome;
        rill_observation observation = rill_env_reset(env);
        rill_action action = rill_agent_start(agent, observation);
        for (;;) {
            observation = rill_env_step(env, action, &outcome);
            sum += outcome.reward;
            if (rill_outcome_is_last(&outcome)) {
                break;
            }
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        rill_agent_finish(agent, &outcome, observation);
        if (episode % 100 == 0) {
            printf("episode %d: return %g\n", episode, sum);
        }
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    return 0;
}
