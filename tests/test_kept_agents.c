// What the program does with agents that are stored: export, evaluate, and show them.
#include "tests/runs.h"

#include <cjson/cJSON.h>

static const char *const cliff =
    "{'environment': {'id': 'cliff_walking'}, 'agents': [{'label': 'S', 'id': 'sarsa', 'params':"
    " {'alpha': 0.5}}, {'label': 'Q', 'id': 'q_learning', 'params': {'alpha': 0.5}}],"
    " 'stop': {'episodes': 300}, 'runs': 2, 'seed': 5}";

static void bring(void)
{
    enter_fresh_directory();
    write_json("cliff.json", cliff);
    ASSERT_DONE("run", "cliff.json", "--out", "kept", "--quiet");
}

/// The greedy path of Q-learning along the cliff takes 13 steps.
static void assert_return(double expected)
{
    cJSON *json = cJSON_Parse(ran.out);
    const cJSON *part = cJSON_GetObjectItem(json, "return");
    ck_assert(cJSON_GetObjectItem(part, "mean")->valuedouble == expected);
    ck_assert_int_eq(cJSON_GetObjectItem(json, "cut")->valueint, 0);
    cJSON_Delete(json);
}

START_TEST(test_evaluate)
{
    bring();
    ASSERT_DONE("evaluate", "kept", "--agent", "Q", "--json");
    assert_return(-13.0);
    ASSERT_DONE("export", "kept", "--format", "safetensors", "--agent", "Q", "--out", "q.agent");
    ASSERT_DONE("evaluate", "q.agent", "--json", "--episodes", "3");
    assert_return(-13.0);
    ASSERT_DONE("evaluate", "q.agent", "--episodes", "1");
    ck_assert_ptr_nonnull(strstr(ran.out, "\"Q\", as learned in run 0 by "));
    ck_assert_ptr_nonnull(strstr(ran.out, "return  -13\n"));
    ASSERT_DONE("evaluate", "q.agent", "--max-steps", "5", "--episodes", "2");
    ck_assert_ptr_nonnull(strstr(ran.out, "2 of them had not ended after 5 steps"));
}
END_TEST

START_TEST(test_mistakes)
{
    bring();
    RUN("evaluate", "kept", "--run", "1");
    ASSERT_FAILED_WITH(2, "run 1 of \"S\" is not stored");
    RUN("evaluate", "kept", "--agent", "SQ");
    ASSERT_FAILED_WITH(2, "no agent is called \"SQ\"");
    RUN("evaluate", "cliff.json");
    ASSERT_FAILED_WITH(2, "cliff.json: not a safetensors file");
    RUN("evaluate", "nowhere");
    ASSERT_FAILED_WITH(4, "nowhere");
    RUN("export", "kept", "--format", "safetensors");
    ASSERT_FAILED_WITH(2, "--out: missing");
    RUN("export", "kept", "--format", "csv", "--run", "1");
    ASSERT_FAILED_WITH(2, "--run: is for --format safetensors");
    RUN("export", "kept", "--format", "safetensors", "--out", "no/where");
    ASSERT_FAILED_WITH(4, "cannot write");
    // no such run, or one whose agent was not kept
    RUN("evaluate", "kept", "--run", "2");
    ASSERT_FAILED_WITH(2, "there is no run 2 of \"S\"; stored are runs 0 to 1");
    ASSERT_DONE("run", "cliff.json", "--out", "part", "--quiet", "--set", "runs=5", "--shard",
                "1/3");
    RUN("evaluate", "part/shard-1-of-3", "--run", "1");
    ASSERT_FAILED_WITH(2, "there is no run 1 of \"S\"; stored are 2 runs between 0 and 4");
    ASSERT_DONE("run", "cliff.json", "--out", "part", "--quiet", "--shard", "2/3");
    RUN("evaluate", "part/shard-2-of-3", "--run", "1", "--agent", "Q");
    ASSERT_FAILED_WITH(2, "there is no run 1 of \"Q\"; stored is run 0 alone");
    RUN("evaluate", "part/shard-2-of-3", "--agent", "S");
    ASSERT_FAILED_WITH(2, "no run of \"S\" is stored");
    // a file holds one agent
    ASSERT_DONE("export", "kept", "--format", "safetensors", "--run", "0", "--out", "s.agent");
    RUN("evaluate", "s.agent", "--agent", "Q");
    ASSERT_FAILED_WITH(2, "s.agent: a file, which holds one agent; --agent and --run choose");
    RUN("evaluate", "s.agent", "--run", "0");
    ASSERT_FAILED_WITH(2, "s.agent: a file, which holds one agent; --agent and --run choose");
    RUN("export", "s.agent", "--format", "safetensors", "--agent", "Q", "--out", "again.agent");
    ASSERT_FAILED_WITH(2, "s.agent: a file, which holds one agent; --agent and --run choose");
    ASSERT_DONE("export", "s.agent", "--format", "safetensors", "--out", "again.agent");
    RUN("export", "cliff.json", "--format", "safetensors", "--out", "copy.agent");
    ASSERT_FAILED_WITH(2, "cliff.json: not a safetensors file");
    ck_assert(!exists("copy.agent"));
    RUN("export", "kept", "--format", "safetensors", "--grid", "3", "--out", "copy.agent");
    ASSERT_FAILED_WITH(2, "takes none of --values, --grid, --at and --smooth");
    RUN("export", "kept", "--format", "safetensors", "--at", "1", "--out", "copy.agent");
    ASSERT_FAILED_WITH(2, "takes none of --values, --grid, --at and --smooth");
    RUN("export", "kept", "--format", "csv", "--run", "0");
    ASSERT_FAILED_WITH(2, "--run: is for --format safetensors");
    write_json("all.json", "{'extends': 'cliff.json', 'keep_agents': 'all'}");
    ASSERT_DONE("run", "all.json", "--out", "all", "--quiet");
    ASSERT_DONE("evaluate", "all", "--run", "1", "--agent", "Q");
}
END_TEST

START_TEST(test_play)
{
    bring();
    if (RUN("watch", "kept") == 1 && strstr(ran.err, "without a window") != NULL) {
        return; // this rill has none
    }
    ASSERT_FAILED_WITH(4, "--play shows the agents that are stored in it");
    ASSERT_DONE("watch", "--play", "kept", "--agent", "Q", "--headless", "--frames", "30",
                "--screenshot", "a.png");
    char *shown = strdup(ran.out);
    ck_assert_ptr_nonnull(strstr(shown, "run 0 of \"Q\": "));
    ck_assert_ptr_nonnull(strstr(shown, " 300 episodes, done, hash "));
    ASSERT_DONE("export", "kept", "--format", "safetensors", "--agent", "Q", "--out", "q.agent");
    ASSERT_DONE("watch", "--play", "q.agent", "--headless", "--frames", "30");
    ck_assert_str_eq(ran.out, shown);
    free(shown);
    // its hash is the stored one
    ASSERT_DONE("watch", "cliff.json", "--agent", "Q", "--headless", "--speed", "max");
    const char *hash = strstr(ran.out, "hash ");
    char stored[32];
    snprintf(stored, sizeof stored, "%.21s", hash);
    ASSERT_DONE("watch", "--play", "kept", "--agent", "Q", "--headless", "--frames", "1");
    ck_assert_ptr_nonnull(strstr(ran.out, stored));
    RUN("watch", "--play", "q.agent", "--run", "0", "--headless", "--frames", "1");
    ASSERT_FAILED_WITH(2, "q.agent: a file, which holds one agent");
    RUN("watch", "--play", "kept", "--headless");
    ASSERT_FAILED_WITH(2, "for how many --frames");
    RUN("watch", "--play", "kept", "--headless", "--frames", "1", "--set", "seed=1");
    ASSERT_FAILED_WITH(2, "--set: changes an experiment");
}
END_TEST

TEST_MAIN_WITH_FILES(test_evaluate, test_mistakes, test_play)
