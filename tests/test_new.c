// `rill new` in a scratch checkout: what it writes builds without a warning, passes its tests and
// `rill check-env`; what it refuses leaves nothing behind.
#include "tests/program.h"

/// A checkout in the working directory, of links into the real one; of the environments and tests
/// only what the new files need.
static void make_checkout(void)
{
    static const char *const links[] = {"CMakeLists.txt",
                                        "cmake",
                                        "core",
                                        "approx",
                                        "include",
                                        "experiments",
                                        "plots",
                                        "examples",
                                        "agents/sarsa.c",
                                        "agents/td0.c",
                                        "agents/q_learning.c",
                                        "agents/td_step.h",
                                        "agents/td_stretch.h",
                                        "envs/wrappers",
                                        "envs/bandit.c",
                                        "envs/cliff_walking.c",
                                        "envs/random_walk.c",
                                        "tests/CMakeLists.txt",
                                        "tests/bench",
                                        "tests/test.h"};
    static const char *const directories[] = {"envs", "agents", "tests"};
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        ck_assert_int_eq(mkdir(directories[i], 0777), 0);
    }
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char target[PATH_SIZE];
        snprintf(target, sizeof target, "%s/%s", RILL_SOURCE_DIR, links[i]);
        ck_assert_msg(symlink(target, links[i]) == 0, "%s: %s", links[i], strerror(errno));
    }
}

/// Runs a command of the shell, its output in the file log; shows that when it fails.
static void run_shell(const char *command)
{
    char line[2048];
    snprintf(line, sizeof line, "( %s ) >log 2>&1", command);
    const int status = system(line);
    if (status != 0) {
        char *log = read_whole("log", NULL);
        const size_t length = strlen(log);
        ck_abort_msg("%s: status %d\n%s", command, status,
                     log + (length > 3000 ? length - 3000 : 0));
    }
}

/// The last command has not warned of a file with this in its name.
static void assert_no_warning(const char *part)
{
    char *log = read_whole("log", NULL);
    ck_assert(strstr(log, part) != NULL); // it was built
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(strstr(line, "warning:") == NULL || strstr(line, part) == NULL, "%s", line);
    }
    free(log);
}

START_TEST(test_new_files_build_and_pass)
{
    enter_fresh_directory();
    make_checkout();
    ASSERT_DONE("new", "env", "demo_grid");
    ck_assert(strstr(ran.out, "/envs/demo_grid.c\n") != NULL);
    ck_assert(strstr(ran.out, "/script/test -R '^test_demo_grid$'\n") != NULL);
    ck_assert(strstr(ran.out, "/rill check-env demo_grid\n") != NULL);
    ASSERT_DONE("new", "env", "demo_of_a_long_name_2", "--kind", "control");
    ck_assert_int_eq(chdir("envs"), 0); // from anywhere in the checkout
    ASSERT_DONE("new", "agent", "demo_agent");
    ck_assert(strstr(ran.out, "/rill describe demo_agent\n") != NULL);
    ck_assert_int_eq(chdir(".."), 0);

    char *text = read_whole("envs/demo_of_a_long_name_2.c", NULL);
    ck_assert(strncmp(text, "/// Demo of a long name 2.\n", 27) == 0);
    ck_assert(strstr(text, "my_env") == NULL && strstr(text, "My env") == NULL);
    free(text);

    run_shell(RILL_CMAKE " -S . -B build -DCMAKE_BUILD_TYPE=Debug"
                         " -DCMAKE_C_COMPILER=" RILL_C_COMPILER
                         " -DCMAKE_C_COMPILER_LAUNCHER=" RILL_C_LAUNCHER);
    run_shell(RILL_CMAKE " --build build --parallel 2 --target rill test_demo_grid"
                         " test_demo_of_a_long_name_2 test_demo_agent");
    assert_no_warning("demo_");
    run_shell("build/tests/test_demo_grid");
    run_shell("build/tests/test_demo_of_a_long_name_2");
    run_shell("build/tests/test_demo_agent");
    run_shell("build/rill check-env demo_grid");
    run_shell("build/rill check-env demo_of_a_long_name_2");
    run_shell("build/rill describe demo_agent");
}
END_TEST

START_TEST(test_refusals)
{
    static const struct {
        const char *family, *name, *says;
    } cases[] = {
        {"env", "9rooms", "\"9rooms\" is no name"},
        {"env", "Rooms", "\"Rooms\" is no name"},
        {"env", "two-rooms", "is no name"},
        {"env", "", "\"\" is no name"},
        {"env", "../rooms", "is no name"},
        {"env", "a_name_that_is_longer_than_all_names_are_", "40 at most"},
        {"env", "rill_env", "names do not begin with rill"},
        {"env", "cliff_walking", "there is an environment \"cliff_walking\" already"},
        {"agent", "sarsa", "there is an agent \"sarsa\" already"},
        {"policy", "mine", "\"policy\" is neither env nor agent"},
    };
    enter_fresh_directory();
    make_checkout();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        RUN("new", cases[i].family, cases[i].name);
        ASSERT_FAILED_WITH(2, cases[i].says);
    }
    RUN("new", "env", "mine", "--kind", "box");
    ASSERT_FAILED_WITH(2, "\"box\" is neither grid nor control");
    RUN("new", "agent", "mine", "--kind", "grid");
    ASSERT_FAILED_WITH(2, "--kind is for environments");
    RUN("new", "env");
    ASSERT_FAILED_WITH(2, "expected env or agent, and a name");
    ck_assert_int_eq(count_entries("envs"), 4);
    ck_assert_int_eq(count_entries("tests"), 3);

    // a test of that name alone is enough, and stays as it is
    write_bytes("tests/test_mine.c", "mine", 4);
    RUN("new", "env", "mine");
    ASSERT_FAILED_WITH(2, "tests/test_mine.c exists; nothing was written");
    ck_assert_int_eq(count_entries("envs"), 4);
    ck_assert_int_eq(count_entries("tests"), 4);
    char *text = read_whole("tests/test_mine.c", NULL);
    ck_assert_str_eq(text, "mine");
    free(text);
}
END_TEST

START_TEST(test_outside_a_checkout)
{
    enter_fresh_directory();
    RUN("new", "env", "mine");
    ASSERT_FAILED_WITH(2, "is not in a checkout of rill");
    ck_assert_int_eq(count_entries("."), 0);
}
END_TEST

/// A full disk leaves neither file.
START_TEST(test_cannot_write)
{
    enter_fresh_directory();
    make_checkout();
    const start_options options = {.file_size = 2000};
    run_program(&options, (const char *const[]){"new", "env", "mine", NULL});
    ASSERT_FAILED_WITH(4, "cannot write");
    ck_assert_int_eq(count_entries("envs"), 4);
    ck_assert_int_eq(count_entries("tests"), 3);
}
END_TEST

TEST_MAIN_WITH_FILES(test_new_files_build_and_pass, test_refusals, test_outside_a_checkout,
                     test_cannot_write)
