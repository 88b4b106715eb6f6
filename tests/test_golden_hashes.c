/// The result hashes of a few short runs, pinned: every compiler, flag and machine makes the same
/// bits. A change here is a change of results and needs a line in docs/changes.md.
#include "tests/test.h"

#include <inttypes.h>
#include <rill/experiment.h>
#include <stdio.h>

static const struct golden {
    const char *json; ///< environment and agents; the rest is common
    uint64_t hash;    ///< of run 0 of the first agent
} cases[] = {
    {"\"environment\": {\"id\": \"cliff_walking\"}, \"agents\": [{\"id\": \"sarsa\"}]",
     UINT64_C(0x244faf7b4b4bd680)},
    {"\"environment\": {\"id\": \"CliffWalking-v1\", \"params\": {\"is_slippery\": true}},"
     " \"agents\": [{\"id\": \"q_learning\"}]",
     UINT64_C(0x445214ce8e21c3c1)},
    {"\"environment\": {\"id\": \"random_walk\"}, \"agents\": [{\"id\": \"td0\"}]",
     UINT64_C(0x5f421b6306fa0384)},
    {"\"environment\": {\"id\": \"gridworld\", \"params\": {\"slip\": 0.2}}, \"agents\":"
     " [{\"id\": \"sarsa\", \"params\": {\"gamma\": 0.9, \"alpha\": {\"schedule\": \"power\","
     " \"from\": 1, \"power\": 0.6}}, \"policy\": {\"id\": \"softmax\"}}]",
     UINT64_C(0x34ff6464ad3bc445)},
    {"\"environment\": {\"id\": \"Acrobot-v1\", \"wrappers\": [{\"id\": \"discretise\","
     " \"params\": {\"bins\": 4}}]}, \"agents\": [{\"id\": \"q_learning\"}]",
     UINT64_C(0x336696ea70cfae2a)},
};

START_TEST(hashes_are_those_of_every_machine)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char json[1024];
        rill_experiment *experiment = NULL;
        rill_run run;
        rill_error error = {0};
        snprintf(
            json, sizeof json,
            "{%s, \"stop\": {\"steps\": 20000}, \"seed\": 7,"
            " \"record\": [{\"metric\": \"reward\", \"unit\": \"steps\"}, {\"metric\": \"td_error\", \"every\": 100, \"unit\":"
            " \"steps\"}]}",
            cases[i].json);
        ASSERT_OK(rill_experiment_parse(&experiment, json, NULL, &error), &error);
        // a file may not ask for this where no episode ends
        experiment->records[0] =
            (rill_record){rill_metric_find("return", NULL), RILL_EPISODES, 1, 0};
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
        ck_assert_msg(run.hash == cases[i].hash, "case %zu: 0x%016" PRIx64, i, run.hash);
        rill_run_clear(&run);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

TEST_MAIN(hashes_are_those_of_every_machine)
