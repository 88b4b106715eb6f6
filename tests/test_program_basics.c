// The program's list, describe, solve and rollout: what they print, and what they refuse.
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <sys/wait.h>

enum { OUTPUT = 1 << 20 };
static char output[OUTPUT];

/// Runs `rill` with arguments and redirections; fills `output`, answers the exit code.
static int run(const char *arguments, const char *redirection)
{
    char line[4096];
    int length =
        snprintf(line, sizeof line, "NO_COLOR=1 '%s' %s %s", RILL_PROGRAM, arguments, redirection);
    ck_assert_int_lt(length, (int)sizeof line);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t used = fread(output, 1, OUTPUT - 1, pipe);
    output[used] = '\0';
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/// The command succeeds, prints a text that contains `part`, and nothing on stderr.
static void assert_prints(const char *arguments, const char *part)
{
    ck_assert_int_eq(run(arguments, "2>&1 >/dev/null"), 0);
    ck_assert_msg(output[0] == '\0', "rill %s: stderr: %s", arguments, output);
    ck_assert_int_eq(run(arguments, ""), 0);
    ck_assert_msg(strstr(output, part) != NULL, "rill %s: \"%s\" is not in\n%s", arguments, part,
                  output);
}

/// The command fails with one line on stderr that contains `part`, and prints nothing else.
static void assert_fails(const char *arguments, int code, const char *part)
{
    ck_assert_int_eq(run(arguments, "2>/dev/null"), code);
    ck_assert_msg(output[0] == '\0', "rill %s: stdout: %s", arguments, output);
    ck_assert_int_eq(run(arguments, "2>&1 >/dev/null"), code);
    ck_assert_msg(strstr(output, part) != NULL, "rill %s: \"%s\" is not in\n%s", arguments, part,
                  output);
    ck_assert_msg(strchr(output, '\n') == output + strlen(output) - 1, "rill %s: not one line:\n%s",
                  arguments, output);
}

/// What the command prints, as JSON; the caller deletes it.
static cJSON *run_json(const char *arguments)
{
    ck_assert_int_eq(run(arguments, ""), 0);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(output, &end, true);
    ck_assert_msg(json != NULL, "rill %s: not JSON:\n%s", arguments, output);
    return json;
}

static const cJSON *get(const cJSON *json, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);
    ck_assert_msg(member != NULL, "no \"%s\"", key);
    return member;
}

static double number_at(const cJSON *array, int i)
{
    const cJSON *element = cJSON_GetArrayItem(array, i);
    ck_assert(cJSON_IsNumber(element));
    return element->valuedouble;
}

/// Writes a file into the working directory and answers its name.
static const char *write_file(const char *text)
{
    static char name[] = "test_program_basics.json";
    FILE *file = fopen(name, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return name;
}

// ------------------------------------------------------------------------------- list and describe

START_TEST(list_shows_every_family)
{
    const char *const families[] = {"envs",     "wrappers",      "agents",     "features",
                                    "policies", "distributions", "optimisers", "metrics"};
    const char *const members[] = {"CliffWalking-v1", "sticky_actions", "q_learning", "one_hot",
                                   "epsilon_greedy",  "gumbel_softmax", NULL,         "return"};
    cJSON *all = run_json("list --json");
    for (size_t i = 0; i < 8; i++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "list %s --json", families[i]);
        cJSON *one = run_json(arguments);
        ck_assert(cJSON_IsArray(one));
        ck_assert(cJSON_Compare(one, get(all, families[i]), true));
        bool is_found = members[i] == NULL;
        const cJSON *id = NULL;
        cJSON_ArrayForEach (id, one) {
            ck_assert(cJSON_IsString(id));
            is_found = is_found || strcmp(id->valuestring, members[i]) == 0;
        }
        ASSERT_FOR(families[i], is_found);
        if (members[i] != NULL) {
            assert_prints("list", members[i]);
        }
        cJSON_Delete(one);
    }
    cJSON_Delete(all);
    assert_prints("list envs", "CliffWalking-v1              = cliff_walking\n");
    assert_prints("list envs", "one_state_infinite_variance  ");
    assert_prints("list policies", "\n  softmax  ");
    assert_prints("list metrics", "of states: optimal_actions\n");
    assert_prints("list metrics", "of steps taken: optimal_action\n");
}
END_TEST

START_TEST(describe_knows_every_id)
{
    cJSON *all = run_json("list --json");
    const cJSON *family = NULL;
    cJSON_ArrayForEach (family, all) {
        const cJSON *id = NULL;
        cJSON_ArrayForEach (id, family) {
            char arguments[128];
            snprintf(arguments, sizeof arguments, "describe %s", id->valuestring);
            assert_prints(arguments, id->valuestring);
            snprintf(arguments, sizeof arguments, "describe %s --json", id->valuestring);
            cJSON *json = run_json(arguments);
            ck_assert(cJSON_IsString(get(json, "summary")));
            const cJSON *param = NULL;
            cJSON_ArrayForEach (param, cJSON_GetObjectItemCaseSensitive(json, "params")) {
                get(param, "name");
                get(param, "kind");
                get(param, "default");
                get(param, "doc");
            }
            cJSON_Delete(json);
        }
    }
    cJSON_Delete(all);
}
END_TEST

START_TEST(describe_shows_the_table)
{
    assert_prints("describe cliff_walking", "\n  is_slippery  true or false  false ");
    assert_prints("describe cliff_walking", "0 up, 1 right, 2 down, 3 left");
    assert_prints("describe gridworld", " restart | terminate | stay | wrap ");
    assert_prints("describe q_learning", " 0 to 1 ");
    assert_prints("describe rms_error", "\nbetter          lower\n");
    assert_prints("describe gaussian", "\nkind            distribution\n");
    assert_prints("describe gaussian",
                  "\n  max_log_std  number  2        -20 to 20            greatest");
    assert_prints("describe gumbel_softmax", "\nactions         discrete; samples inside");
    assert_prints("describe straight_through", "pathwise (straight-through: biased)\n");
    assert_prints("describe categorical", "\ngradients       score function\n");
    assert_prints("describe squashed_gaussian", "\nexact values    entropy, divergence\n");
    cJSON *json = run_json("describe gridworld --json");
    ck_assert_str_eq(get(json, "id")->valuestring, "gridworld");
    ck_assert_int_eq(get(get(json, "observation_space"), "n")->valueint, 25);
    const cJSON *slip = NULL;
    const cJSON *param = NULL;
    cJSON_ArrayForEach (param, get(json, "params")) {
        slip = strcmp(get(param, "name")->valuestring, "slip") == 0 ? param : slip;
    }
    ck_assert_ptr_nonnull(slip);
    ck_assert_str_eq(get(slip, "kind")->valuestring, "real");
    ck_assert_double_eq(get(slip, "max")->valuedouble, 1.0);
    ck_assert_double_eq(get(slip, "default")->valuedouble, 0.0);
    cJSON_Delete(json);
    json = run_json("describe beta --json");
    ck_assert_str_eq(get(json, "family")->valuestring, "distribution");
    ck_assert_str_eq(get(json, "action_space")->valuestring, "box");
    ck_assert(cJSON_IsTrue(get(json, "has_pathwise")) && cJSON_IsFalse(get(json, "is_relaxed")));
    cJSON_Delete(json);
}
END_TEST

/// (tilings) (tiles + 1)^2 tiles on a line each way, 8 tiles the circle round; (order + 1)^2 cosines, the
/// longest frequency of which is (order, order).
START_TEST(describe_fits_features)
{
    assert_prints("describe tile_coding --env MountainCar-v0",
                  "\nfitted to       MountainCar-v0\n");
    assert_prints("describe tile_coding --env MountainCar-v0", "\nsize            648 features\n");
    assert_prints("describe tile_coding --env MountainCar-v0",
                  "\nactive          8 at a time, of value 1\n"
                  "step size       recommended scale 0.125; alpha is taken as it is\n");
    assert_prints("describe tile_coding --env MountainCar-v0 --param scale_step_size=true",
                  "; alpha is multiplied with 0.125\n");
    assert_prints("describe fourier --env MountainCar-v0",
                  "\nactive          16 at a time, with values of their own\n");
    assert_prints("describe fourier --env MountainCar-v0",
                  " alpha is multiplied with 0.235702 to 1, by feature\n");
    assert_prints("describe raw --env random_walk --param bias=false", " 1 feature\n");
    cJSON *json = run_json("describe tile_coding --env mountain_car --param tilings=16 "
                           "--param tiles=8,4 --param wrap=1,0 --json");
    const cJSON *fit = get(json, "fit");
    ck_assert_str_eq(get(fit, "env")->valuestring, "mountain_car");
    ck_assert_int_eq(get(fit, "size")->valueint, 16 * 8 * 5);
    ck_assert_int_eq(get(fit, "n_active")->valueint, 16);
    ck_assert(cJSON_IsTrue(get(fit, "is_binary")));
    ck_assert_double_eq(get(fit, "recommended_scale")->valuedouble, 1.0 / 16.0);
    ck_assert_double_eq(get(fit, "greatest_step_scale")->valuedouble, 1.0);
    cJSON_Delete(json);
    json = run_json("describe fourier --env CartPole-v1 --param order=2 --param low=-1 "
                    "--param high=1 --json");
    fit = get(json, "fit");
    ck_assert_int_eq(get(fit, "size")->valueint, 81);
    ck_assert_int_eq(get(fit, "n_active")->valueint, 81);
    ck_assert(cJSON_IsFalse(get(fit, "is_binary")));
    ck_assert_double_eq(get(fit, "least_step_scale")->valuedouble, 0.25);
    ck_assert_double_eq(get(fit, "greatest_step_scale")->valuedouble, 1.0);
    cJSON_Delete(json);
}
END_TEST

START_TEST(describe_refuses_fits)
{
    assert_fails("describe fourier --env CartPole-v1", 2,
                 "low: observation 1 has no finite bounds");
    assert_fails("describe fourier --env CartPol-v1", 2, "did you mean \"CartPole-v1\"");
    assert_fails("describe fourier --env MountainCar-v0 --param ordr=2", 2,
                 "did you mean \"order\"");
    assert_fails("describe one_hot --env MountainCar-v0 --json", 2, "needs discrete observations");
    assert_fails("describe fourier --param order=2", 2, "with --env");
    assert_fails("describe sarsa --env CartPole-v1", 2, "is for feature maps; sarsa is an agent");
    assert_fails("describe gridworld --env CartPole-v1", 2, "gridworld is an environment");
}
END_TEST

START_TEST(list_and_describe_refuse)
{
    assert_fails("list env", 2, "did you mean \"envs\"");
    assert_fails("list envs agents", 2, "\"agents\"");
    assert_fails("list --jsn", 2, "did you mean --json");
    assert_fails("describe", 2, "expected one id");
    assert_fails("describe q_lerning", 2, "did you mean \"q_learning\"");
    assert_fails("describe gausian", 2, "did you mean \"gaussian\"");
    assert_fails("describe time_limt", 2, "did you mean \"time_limit\"");
    assert_fails("describe cliffwalking-v1", 2, "did you mean \"CliffWalking-v1\"");
    assert_fails("describe zzzzzzzzzzzz", 2, "`rill list` shows");
}
END_TEST

// ------------------------------------------------------------------------------------------- solve

START_TEST(solve_draws_a_grid)
{
    assert_prints("solve cliff_walking", "value of the start: -13\n");
    assert_prints("solve cliff_walking", "│[-12 →][-11 →][-10 →][ -9 →]");
    assert_prints("solve cliff_walking", "│[-13S↑]░░░░░░░");
    assert_prints("solve cliff_walking", "[ ] the way of the greedy policy: 13 steps\n");
    assert_prints("solve gridworld --discount 0.9", "│  5.83 ↓   5.58 →   6.20 ↓   6.48 ↓ ");
    assert_prints("solve random_walk --policy uniform", " 0.500S→ ");
}
END_TEST

START_TEST(solve_prints_exact_json)
{
    cJSON *json = run_json("solve random_walk --policy uniform --json");
    for (int s = 1; s <= 5; s++) {
        ASSERT_NEAR(number_at(get(json, "V"), s), s / 6.0, 1e-15);
        ASSERT_NEAR(number_at(cJSON_GetArrayItem(get(json, "Q"), s), 0), (s - 1) / 6.0, 1e-15);
    }
    ck_assert(cJSON_IsNull(cJSON_GetArrayItem(cJSON_GetArrayItem(get(json, "Q"), 0), 1)));
    ck_assert_int_eq((int)number_at(get(json, "policy"), 6), -1);
    ck_assert_double_eq(get(json, "start_value")->valuedouble, 0.5);
    cJSON_Delete(json);

    // 1 / 3 in full
    json = run_json("solve random_walk --param n_states=2 --policy uniform --json");
    ck_assert_ptr_nonnull(strstr(output, "0.33333333333333331"));
    cJSON_Delete(json);
}
END_TEST

START_TEST(solve_reads_a_policy)
{
    char arguments[256];
    const char *const texts[] = {
        "[0, 0, 1, 1, 1, 1, 0]",
        "[[1, 0], [1, 0], [0, 1], [0, 1], 1, 1, -1]",
        "{\"policy\": [-1, 0, 1, 1, 1, 1, -1], \"V\": 0}",
    };
    for (size_t i = 0; i < 3; i++) {
        snprintf(arguments, sizeof arguments, "solve random_walk --policy %s --json",
                 write_file(texts[i]));
        cJSON *json = run_json(arguments);
        ck_assert_double_eq(number_at(get(json, "V"), 1), 0.0);
        ck_assert_double_eq(number_at(get(json, "V"), 2), 1.0);
        cJSON_Delete(json);
    }
    const struct {
        const char *text, *part;
        int code;
    } cases[] = {
        {"[0, 0, 1", ".json:1:9: not JSON", 2},
        {"7", "found a number", 2},
        {"[0, 1]", "each of the 7 states", 2},
        {"[0, 1, 2, 1, 1, 1, 0]", "policy[2]: 2 is not an action; there are 0 to 1", 2},
        {"[0, -1, 1, 1, 1, 1, 0]", "policy[1]: probabilities sum to 0", 2},
        {"[0, 1, 1, \"up\", 1, 1, 0]", "policy[3]: found a text", 2},
        {"[0, 1, 1, [1], 1, 1, 0]", "policy[3]: found another number", 2},
        {"[0, 1, 1, [0.6, 0.6], 1, 1, 0]", "policy[3]: probabilities sum to 1.2", 2},
        {"[0, 1, 1, [-1, 2], 1, 1, 0]", "-1 is not a probability", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(arguments, sizeof arguments, "solve random_walk --policy %s",
                 write_file(cases[i].text));
        assert_fails(arguments, cases[i].code, cases[i].part);
    }
    remove("test_program_basics.json");
    assert_fails("solve random_walk --policy no/such/file", 4, "no/such/file: cannot open");
}
END_TEST

START_TEST(solve_refuses)
{
    assert_fails("solve", 2, "expected one environment");
    assert_fails("solve cliff_walkin", 2, "did you mean \"cliff_walking\"");
    assert_fails("solve cliff_walking --discount 1.5", 2, "--discount: 1.5 is out of range");
    assert_fails("solve cliff_walking --discount half", 2, "\"half\" is not a number");
    assert_fails("solve cliff_walking --param is_slipery=true", 2, "did you mean \"is_slippery\"");
    assert_fails("solve cliff_walking --param is_slippery=maybe", 2, "neither true nor false");
    assert_fails("solve gridworld", 1, "use a discount below 1");
    assert_fails("solve gridworld --json", 1, "use a discount below 1");
}
END_TEST

// ----------------------------------------------------------------------------------------- rollout

START_TEST(rollout_steps)
{
    const int obs[] = {36, 24, 25, 36};
    const double rewards[] = {0, -1, -1, -100};
    cJSON *json = run_json("rollout cliff_walking --actions 0,1,2 --json");
    ck_assert_int_eq(cJSON_GetArraySize(json), 4);
    for (int i = 0; i < 4; i++) {
        const cJSON *element = cJSON_GetArrayItem(json, i);
        ck_assert_int_eq(get(element, "obs")->valueint, obs[i]);
        ck_assert_int_eq(cJSON_GetArraySize(element), i == 0 ? 1 : 4);
        if (i > 0) {
            ck_assert_double_eq(get(element, "reward")->valuedouble, rewards[i]);
            ck_assert(cJSON_IsFalse(get(element, "terminated")));
            ck_assert(cJSON_IsFalse(get(element, "truncated")));
        }
    }
    cJSON_Delete(json);
    assert_prints("rollout cliff_walking --actions 0,1,2", "   3  down      -100        36\n");
}
END_TEST

START_TEST(rollout_goes_on_after_an_episode)
{
    cJSON *json = run_json("rollout cliff_walking --state 35 --actions 2,0 --json");
    ck_assert_int_eq(cJSON_GetArraySize(json), 4);
    ck_assert_int_eq(get(cJSON_GetArrayItem(json, 0), "obs")->valueint, 35);
    ck_assert(cJSON_IsTrue(get(cJSON_GetArrayItem(json, 1), "terminated")));
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetArrayItem(json, 2)), 1);
    ck_assert_int_eq(get(cJSON_GetArrayItem(json, 2), "obs")->valueint, 36);
    ck_assert_int_eq(get(cJSON_GetArrayItem(json, 3), "obs")->valueint, 24);
    cJSON_Delete(json);

    // but not after the last action
    json = run_json("rollout cliff_walking --state 35 --actions 2 --json");
    ck_assert_int_eq(cJSON_GetArraySize(json), 2);
    cJSON_Delete(json);
}
END_TEST

START_TEST(rollout_is_gymnasium)
{
    FILE *file = fopen(RILL_TEST_DATA "/golden/CliffWalking-v1_is_slippery-True.json", "rb");
    ck_assert_ptr_nonnull(file);
    char *text = calloc(OUTPUT, 1);
    ck_assert_uint_lt(fread(text, 1, OUTPUT, file), OUTPUT);
    fclose(file);
    cJSON *golden = cJSON_Parse(text);
    ck_assert_ptr_nonnull(golden);
    free(text);
    const cJSON *run_of_seed = NULL;
    cJSON_ArrayForEach (run_of_seed, get(golden, "runs")) {
        const cJSON *episode = cJSON_GetArrayItem(get(run_of_seed, "episodes"), 0);
        char *actions = cJSON_PrintUnformatted(get(episode, "actions"));
        actions[strlen(actions) - 1] = '\0'; // without the brackets
        char arguments[3000];
        snprintf(arguments, sizeof arguments,
                 "rollout CliffWalking-v1 --param is_slippery=true --seed %d --json --actions %s",
                 get(run_of_seed, "seed")->valueint, actions + 1);
        cJSON *json = run_json(arguments);
        const int n = cJSON_GetArraySize(get(episode, "obs"));
        ck_assert_int_eq(cJSON_GetArraySize(json), n + 1);
        for (int i = 0; i < n; i++) {
            const cJSON *element = cJSON_GetArrayItem(json, i + 1);
            ck_assert_double_eq(get(element, "obs")->valuedouble,
                                number_at(get(episode, "obs"), i));
            ck_assert_double_eq(get(element, "reward")->valuedouble,
                                number_at(get(episode, "reward"), i));
        }
        cJSON_Delete(json);
        free(actions);
    }
    cJSON_Delete(golden);
}
END_TEST

START_TEST(rollout_refuses)
{
    assert_fails("rollout", 2, "expected one environment");
    assert_fails("rollout cliff_walking", 2, "--actions is missing");
    assert_fails("rollout cliff_walking --actions 0,1,4", 2, "action 3 is 4; allowed is 0 to 3");
    assert_fails("rollout cliff_walking --actions 0,-1", 2, "action 2 is -1; allowed is 0 to 3");
    assert_fails("rollout cliff_walking --actions 0,nan", 2, "number 2 is not a number");
    assert_fails("rollout cliff_walking --actions 0.5", 2, "whole numbers");
    assert_fails("rollout cliff_walking --actions 0,up", 2, "number 2 is not a number: \"up\"");
    assert_fails("rollout cliff_walking --actions ''", 2, "number 1 is not a number");
    assert_fails("rollout cliff_walking --actions 0 --state 48", 2, "48 is not a state");
    assert_fails("rollout cliff_walking --actions 0 --state 1,2", 2, "2 numbers; a state");
    assert_fails("rollout cliff_walking --actions 0 --seed -1", 2, "--seed: -1 is out of range");
    assert_fails("rollout clif --actions 0", 2, "did you mean \"cliff_walking\"");
    ck_assert_int_eq(run("rollout cliff_walking --actions 0", "2>&1 >/dev/full"), 4);
    ck_assert_ptr_nonnull(strstr(output, "cannot write the output"));
}
END_TEST

START_TEST(help_teaches)
{
    const char *const commands[] = {"list", "describe", "solve", "rollout"};
    for (size_t i = 0; i < 4; i++) {
        char arguments[32];
        char example[32];
        snprintf(arguments, sizeof arguments, "%s --help", commands[i]);
        snprintf(example, sizeof example, "\n  rill %s ", commands[i]);
        assert_prints(arguments, example);
        assert_prints(arguments, "--json");
    }
}
END_TEST

TEST_MAIN(list_shows_every_family, describe_knows_every_id, describe_shows_the_table,
          describe_fits_features, describe_refuses_fits, list_and_describe_refuse,
          solve_draws_a_grid, solve_prints_exact_json, solve_reads_a_policy, solve_refuses,
          rollout_steps, rollout_goes_on_after_an_episode, rollout_is_gymnasium, rollout_refuses,
          help_teaches)
