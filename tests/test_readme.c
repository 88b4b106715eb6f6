/// The example that README shows is the one that is built, and its counts are true.
#include "tests/test.h"

#include "experiments/json.h"

#include <rill/rill.h>
#include <stdio.h>

START_TEST(readme_shows_the_example)
{
    char *readme = NULL;
    char *example = NULL;
    ck_assert_int_eq(json_read_file(RILL_SOURCE_DIR "/README.md", &readme, NULL), RILL_OK);
    ck_assert_int_eq(json_read_file(RILL_SOURCE_DIR "/examples/loop.c", &example, NULL), RILL_OK);
    ck_assert_uint_gt(strlen(example), 500);
    ck_assert_ptr_nonnull(strstr(readme, example));
    free(readme);
    free(example);
}
END_TEST

/// "31 environments", "63 agents": the registries' numbers.
START_TEST(readme_counts_what_there_is)
{
    char *readme = NULL, environments[32], agents[32];
    int n_environments = 0, n_agents = 0;
    while (rill_env_type_list()[n_environments] != NULL) {
        n_environments++;
    }
    while (rill_agent_type_list()[n_agents] != NULL) {
        n_agents++;
    }
    snprintf(environments, sizeof environments, " %d environments,", n_environments);
    snprintf(agents, sizeof agents, " %d agents,", n_agents);
    ck_assert_int_eq(json_read_file(RILL_SOURCE_DIR "/README.md", &readme, NULL), RILL_OK);
    ck_assert_msg(strstr(readme, environments) != NULL, "README lacks \"%s\"", environments);
    ck_assert_msg(strstr(readme, agents) != NULL, "README lacks \"%s\"", agents);
    free(readme);
}
END_TEST

TEST_MAIN(readme_shows_the_example, readme_counts_what_there_is)
