// A policy written as a C header acts as the library does, on 10,000 observations, and needs no library.
#include "tests/runs.h"

#include <rill/saved_agent.h>

enum { N_OBSERVATIONS = 10000 };

static void shell(const char *command)
{
    ck_assert_msg(system(command) == 0, "%s", command);
}

/// A compiler's way to run the exported policy: observations in, actions out, as bytes.
static const char *const main_text =
    "#include <stdio.h>\n#include \"policy.h\"\n"
    "#ifdef POLICY_N_OBSERVATIONS\n"
    "static int32_t observation;\n#define OBSERVATION observation\n#define INPUT &observation\n"
    "#else\n"
    "static float observation[POLICY_OBSERVATION_SIZE];\n"
    "#define OBSERVATION observation\n#define INPUT observation\n#endif\n"
    "#ifdef POLICY_N_ACTIONS\n#define ACT int32_t action[1]; action[0] = policy_action(OBSERVATION)\n"
    "#else\n#define ACT float action[POLICY_ACTION_SIZE]; policy_action(OBSERVATION, action)\n#endif\n"
    "int main(void) {\n while (fread(INPUT, sizeof observation, 1, stdin) == 1) {\n"
    "  ACT;\n  fwrite(action, sizeof action, 1, stdout);\n }\n return 0;\n}\n";

/// Learns, exports, compiles, and compares.
static void assert_equal_policies(const char *experiment)
{
    rill_error error = {0};
    rill_saved_agent saved;
    enter_fresh_directory();
    write_json("e.json", experiment);
    ASSERT_DONE("run", "e.json", "--out", "kept", "--quiet");
    ASSERT_DONE("export", "kept", "--format", "safetensors", "--out", "agent");
    ASSERT_DONE("export-policy", "kept", "--format", "c", "-o", "policy.h");
    shell("mkdir again");
    ASSERT_DONE("export-policy", "agent", "--format", "c", "-o", "again/policy.h"); // from its file
    shell("cmp policy.h again/policy.h");
    ASSERT_OK(rill_saved_agent_load(&saved, "agent", &error), &error);
    const rill_space *in = &saved.agent->observation_space, *out = &saved.agent->action_space;
    const bool is_box = in->kind == RILL_SPACE_BOX, is_number = out->kind == RILL_SPACE_DISCRETE;
    const size_t in_size = is_box ? (size_t)in->size * sizeof(float) : sizeof(int32_t);
    const size_t out_size = is_number ? sizeof(int32_t) : (size_t)out->size * sizeof(float);
    char *observations = calloc(N_OBSERVATIONS, in_size),
         *actions = calloc(N_OBSERVATIONS, out_size);
    rill_rng rng;
    rill_rng_seed(&rng, 7);
    for (size_t k = 0; k < N_OBSERVATIONS; k++) {
        float box[64];
        rill_observation observation = rill_space_sample(in, &rng, box);
        for (int32_t i = 0; is_box && i < in->size; i++) { // some are beyond the bounds
            box[i] *= k % 10 == 0 ? 2.0f : 1.0f;
        }
        memcpy(observations + k * in_size, is_box ? (const void *)box : &observation.index,
               in_size);
        const rill_action action = rill_agent_act_greedily(saved.agent, observation);
        memcpy(actions + k * out_size, is_number ? (const void *)&action.index : action.box,
               out_size);
    }
    write_bytes("in", observations, N_OBSERVATIONS * in_size);
    write_bytes("main.c", main_text, strlen(main_text));
    shell(RILL_C_COMPILER
          " -std=c99 -Wall -Wextra -pedantic -Werror -O2 -ffp-contract=off main.c -o act");
    shell("./act <in >out");
    size_t size = 0;
    char *answered = read_whole("out", &size);
    ck_assert_uint_eq(size, N_OBSERVATIONS * out_size);
    ck_assert(memcmp(answered, actions, size) == 0);
    const char *unit = "#include \"policy.h\"\nvoid *const entry = (void *)policy_action;\n";
    write_bytes("bare.c", unit, strlen(unit));
    shell(RILL_C_COMPILER " -ffreestanding -nostdlib -O2 -c bare.c -o bare.o");
#ifdef RILL_CXX_COMPILER
    shell(RILL_CXX_COMPILER
          " -std=c++17 -Wall -Wextra -pedantic -Werror -x c++ -fsyntax-only main.c");
#endif
    shell("test -z \"$(nm -u bare.o | grep -v -e memset -e memcpy)\"");
    free(answered);
    free(observations);
    free(actions);
    rill_saved_agent_clear(&saved);
}

START_TEST(test_table)
{
    assert_equal_policies(
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'label': 'Q', 'id': "
        "'q_learning', 'params': {'alpha': 0.5}}], 'stop': {'episodes': 100}}");
}
END_TEST

START_TEST(test_tiles)
{
    assert_equal_policies(
        "{'environment': {'id': 'mountain_car'}, 'agents': [{'label': 'S', 'id': 'sarsa', 'params': "
        "{'alpha': 0.05}, 'features': {'id': 'tile_coding', 'params': {'tilings': 8, 'tiles': 8}}}], "
        "'stop': {'episodes': 50}}");
}
END_TEST

START_TEST(test_circle)
{
    assert_equal_policies(
        "{'environment': {'id': 'mountain_car'}, 'agents': [{'label': 'S', 'id': 'sarsa', 'params': "
        "{'alpha': 0.05}, 'features': {'id': 'tile_coding', 'params': {'tilings': 5, 'tiles': [7, 4],"
        " 'wrap': [1, 0]}}}], 'stop': {'episodes': 20}}");
}
END_TEST

START_TEST(test_linear)
{
    static const char *const features[] = {
        "{'id': 'polynomial', 'params': {'order': 2}}", "{'id': 'raw'}",
        "{'id': 'state_aggregation', 'params': {'groups': [9, 6]}}"};
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'mountain_car', 'max_episode_steps': 500}, 'agents': "
                 "[{'label': 'S', 'id': 'sarsa', 'params': {'alpha': 0.001}, 'features': %s}],"
                 " 'stop': {'episodes': 20}}",
                 features[i]);
        assert_equal_policies(text);
    }
}
END_TEST

START_TEST(test_gaussian)
{
    assert_equal_policies(
        "{'environment': {'id': 'pendulum'}, 'agents': [{'label': 'A', 'id': "
        "'continuing_actor_critic', 'distribution': {'id': 'gaussian'}, 'features': {'id': "
        "'tile_coding', 'params': {'tilings': 8, 'tiles': 6, 'scale_step_size': true}}}], "
        "'stop': {'steps': 20000}}");
}
END_TEST

START_TEST(test_refused)
{
    enter_fresh_directory();
    write_json("e.json",
               "{'environment': {'id': 'mountain_car', 'max_episode_steps': 100}, 'agents': "
               "[{'label': 'F', 'id': 'sarsa', 'features': {'id': 'fourier'}, 'params': "
               "{'alpha': 0.001}}], 'stop': {'episodes': 2}}");
    ASSERT_DONE("run", "e.json", "--out", "kept", "--quiet");
    RUN("export-policy", "kept", "--format", "c", "-o", "policy.h");
    ASSERT_FAILED_WITH(2, "fourier cannot be exported");
    ck_assert(!exists("policy.h"));
    RUN("export-policy", "kept");
    ASSERT_FAILED_WITH(2, "--format: missing; expected c");
}
END_TEST

TEST_MAIN_WITH_FILES(test_table, test_tiles, test_circle, test_linear, test_gaussian, test_refused)
