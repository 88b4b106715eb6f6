/// `rill watch`: what it does and says, keys and mouse.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/window.h"
#include "tests/pictures.h"

#include <SDL2/SDL.h>
#include <inttypes.h>
#include <rill/experiment.h>

// --------------------------------------------------------------------------------- the command

START_TEST(a_watched_run_has_the_hash_of_the_run)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    rill_error error = {0};
    rill_run alone;
    rill_experiment *experiment = NULL;
    ASSERT_OK(rill_experiment_load(&experiment, "grid.json", NULL, &error), &error);
    ASSERT_OK(rill_experiment_run_one(experiment, 1, 2, &alone, &error), &error);
    char hash[32];
    snprintf(hash, sizeof hash, "hash %016" PRIx64 "\n", alone.hash);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--run", "2", "--headless", "--speed",
                "max");
    ck_assert_msg(strstr(ran.out, hash) != NULL, "%s is not in: %s", hash, ran.out);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--run", "2", "--headless", "--speed",
                "60000");
    ck_assert_msg(strstr(ran.out, hash) != NULL, "%s is not in: %s", hash, ran.out);
    rill_run_clear(&alone);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(mistakes_are_named)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    RUN("watch");
    ASSERT_FAILED_WITH(2, "expected one experiment file");
    RUN("watch", "nowhere.json", "--headless");
    ASSERT_FAILED_WITH(4, "nowhere.json");
    RUN("watch", "grid.json", "--headless", "--agent", "Sarso");
    ASSERT_FAILED_WITH(2, "did you mean Sarsa");
    RUN("watch", "grid.json", "--headless", "--run", "3");
    ASSERT_FAILED_WITH(2, "runs 0 to 2");
    RUN("watch", "grid.json", "--headless", "--size", "10x10");
    ASSERT_FAILED_WITH(2, "1280x800");
    RUN("watch", "grid.json", "--headless", "--size", "320x320"); // less than the window can be
    ASSERT_FAILED_WITH(2, "from 640x480 to 8192x8192");
    RUN("watch", "grid.json", "--headless", "--seed", "3");
    ASSERT_FAILED_WITH(2, "--set seed=S");
    RUN("watch", "--play", "grid.json", "--headless", "--frames", "1", "--seed", "0");
    ASSERT_FAILED_WITH(2, "seeded with 0");
    RUN("watch", "grid.json", "--headless", "--size", "large");
    ASSERT_FAILED_WITH(2, "\"large\"");
    RUN("watch", "grid.json", "--headless", "--speed", "fast");
    ASSERT_FAILED_WITH(2, "\"fast\"");
    RUN("watch", "grid.json", "--headless", "--frames", "1", "--screenshot", "no/where.png");
    ASSERT_FAILED_WITH(4, "no/where.png");
    setenv("RILL_FONT", "grid.json", 1);
    RUN("watch", "grid.json", "--headless", "--frames", "1");
    unsetenv("RILL_FONT");
    ASSERT_FAILED_WITH(1, "RILL_FONT");
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("DISPLAY", ":4711", 1);
    RUN("watch", "grid.json", "--frames", "1");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("DISPLAY");
    ASSERT_FAILED_WITH(1, "--headless");
}
END_TEST

// ------------------------------------------------------------------------------- stored agents

/// Whether two pictures are the same within a rectangle.
static bool are_equal_within(const picture *a, const picture *b, int left, int top, int right,
                             int bottom)
{
    for (int y = top; y < bottom; y++) {
        const ptrdiff_t at = 3 * ((ptrdiff_t)y * a->width + left);
        if (memcmp(a->bytes + at, b->bytes + at, 3 * (size_t)(right - left)) != 0) {
            return false;
        }
    }
    return true;
}

/// Shows the stored agent of the directory for a second.
static picture play(const char *speed, const char *keys)
{
    ASSERT_DONE("watch", "--play", "kept", "--agent", "Q", "--headless", "--frames", "60",
                "--speed", speed, "--press", keys, "--screenshot", "a.png");
    return read_picture("a.png");
}

/// Its run is over, and it goes on.
START_TEST(a_stored_agent_is_shown_at_work)
{
    const int steps_left = 950, steps_top = 106, steps_right = 1064, steps_bottom = 126;
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("run", "grid.json", "--out", "kept", "--quiet");
    picture slow = play("60", ""), fast = play("600", "");
    ck_assert(is_color(&slow, 18, 774, RILL_GREEN)); // the triangle of what goes on
    ck_assert(!are_equal_within(&slow, &fast, steps_left, steps_top, steps_right, steps_bottom));
    picture paused = play("60", "space");
    ck_assert(is_color(&paused, 14, 774, RILL_VERMILION));
    free(slow.bytes);
    free(fast.bytes);
    free(paused.bytes);
    ck_assert_ptr_nonnull(strstr(ran.out, "\ngreedy: 0 steps, 0 episodes\n"));
}
END_TEST

/// What was cut has no return.
START_TEST(a_stored_agent_that_goes_round_is_cut)
{
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_DONE("run", "grid.json", "--out", "kept", "--quiet", "--set", "stop.episodes=1");
    ASSERT_DONE("watch", "--play", "kept", "--headless", "--frames", "45", "--speed", "6000");
    ck_assert_ptr_nonnull(
        strstr(ran.out, "\ngreedy: 4498 steps, 0 episodes, 2 cut at 2000 steps\n"));
    ASSERT_DONE("run", "grid.json", "--out", "more", "--quiet", "--set", "stop.episodes=400");
    ASSERT_DONE("watch", "--play", "more", "--headless", "--frames", "60", "--speed", "60");
    ck_assert_ptr_nonnull(strstr(ran.out, "\ngreedy: 56 steps, 4 episodes, last return -13\n"));
}
END_TEST

// -------------------------------------------------------------------------------- keys and mouse

/// A click counts where it is, also when the mouse was elsewhere in the last frame, or there was none.
START_TEST(a_click_counts_where_it_is)
{
    rill_error error = {0};
    window_report report;
    rill_experiment *experiment = NULL;
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    ASSERT_OK(rill_experiment_load(&experiment, "grid.json", NULL, &error), &error);
    const window_request request = {.experiment = experiment,
                                    .speed = 1.0,
                                    .width = 1280,
                                    .height = 800,
                                    .is_headless = true,
                                    .frames = 1,
                                    .screenshot = "a.png"};
    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    for (int column = 0; column < 12; column += 5) {
        ck_assert_int_eq(SDL_Init(SDL_INIT_EVENTS), 0);
        // on the values, right below; those cells are of 37.8 pixels
        SDL_Event click = {.button = {.type = SDL_MOUSEBUTTONDOWN,
                                      .button = SDL_BUTTON_LEFT,
                                      .x = 741 + (int)(37.8 * column),
                                      .y = 579}};
        ck_assert_int_eq(SDL_PushEvent(&click), 1);
        ASSERT_OK(window_watch(&request, &report, &error), &error);
        picture p = read_picture("a.png");
        assert_world_color(&p, at, column + 0.5, 2.5, RILL_BLUE);
        assert_world_color(&p, at, 0.5, 0.3, RILL_LIGHT_GREY); // the start
        free(p.bytes);
    }
    rill_experiment_destroy(experiment);
}
END_TEST

static bool has_command(const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", name);
    return system(line) == 0;
}

/// Runs a line of the shell, until it succeeds or 20 seconds are over.
static void run_shell(const char *line)
{
    for (int i = 0; i < 100; i++) {
        if (system(line) == 0) {
            return;
        }
        sleep_milliseconds(200);
    }
    ck_abort_msg("does not succeed: %s", line);
}

/// Has the window save pictures until a colour is seen at a place. `repeated` is done before each, or NULL.
static void await_color(const char *what, const char *repeated, double x, double y,
                        rill_color color)
{
    static int n_saved;
    bool is_seen = false;
    for (int i = 0; i < 60 && !is_seen; i++) {
        char path[32];
        snprintf(path, sizeof path, "watch-%d.png", ++n_saved);
        if (repeated != NULL) {
            run_shell(repeated);
        }
        run_shell("xdotool key p");
        for (int k = 0; k < 100 && !exists(path); k++) {
            sleep_milliseconds(100);
        }
        sleep_milliseconds(200); // until it is written
        picture p = read_picture(path);
        is_seen = is_color(&p, x, y, color);
        free(p.bytes);
    }
    ck_assert_msg(is_seen, "not seen: %s", what);
}

/// Gives the window the focus; false when there is none within ten seconds.
static bool takes_focus(void)
{
    for (int i = 0; i < 50; i++) {
        if (system("timeout 5 xdotool search --onlyvisible --name 'rill watch' windowfocus"
                   " >/dev/null 2>&1") == 0) {
            return true;
        }
        sleep_milliseconds(200);
    }
    return false;
}

START_TEST(keys_and_mouse_work_in_a_real_window)
{
    if (!has_command("Xvfb") || !has_command("xdotool")) {
        fprintf(stderr,
                "test_command_watch: keys and mouse are not tested, without Xvfb and xdotool "
                "(script/setup.sh display)\n");
        return;
    }
    enter_fresh_directory();
    write_json("grid.json", grid_world);
    int number[2];
    ck_assert_int_eq(pipe(number), 0);
    const pid_t server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", number[1]);
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        execlp("timeout", "timeout", "200", "Xvfb", "-screen", "0", "1400x900x24", "-displayfd", fd,
               (char *)NULL);
        _exit(127);
    }
    close(number[1]);
    char display[16] = ":";
    ck_assert_int_gt(read(number[0], display + 1, sizeof display - 2), 0); // once it is ready
    display[strcspn(display, "\n")] = '\0';
    setenv("DISPLAY", display, 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0",
           1); // of the display's libraries, which are unloaded by then
    const char *const arguments[] = {"watch", "grid.json", "--speed", "1", NULL};
    result *ended = malloc(sizeof *ended);
    process p = start_program(&(start_options){0}, arguments);
    for (int i = 0; i < 2 && !takes_focus();
         i++) { // a server just begun may refuse its first client
        kill(p.pid, SIGTERM);
        finish_program(&p, ended);
        fprintf(stderr, "test_command_watch: no window came up: %s\n", ended->err);
        p = start_program(&(start_options){0}, arguments);
    }
    ck_assert_msg(takes_focus(), "no window came up, three times");
    const place at = place_world(-0.1, -0.1, 12.1, 4.1);
    const double goal_x = at.x + 11.5 * at.scale, goal_y = at.y - 0.5 * at.scale;
    await_color("the goal", NULL, goal_x, goal_y, RILL_GREEN);
    run_shell("xdotool key space");
    await_color("the bars of the pause", NULL, 14.0, 774.0, RILL_VERMILION);
    run_shell("xdotool key e");
    await_color("the agent at the goal", NULL, goal_x, goal_y, RILL_BLUE);
    run_shell("xdotool key question");
    await_color("the shade around the help", NULL, 100.0, 700.0, (rill_color){160, 161, 164, 255});
    run_shell("xdotool key question key n"); // the other agent
    await_color("the goal of the other run", NULL, goal_x, goal_y, RILL_GREEN);
    char click[128];
    const double cell_x = at.x + 3.5 * at.scale, cell_y = at.y - 3.5 * at.scale;
    snprintf(click, sizeof click,
             "xdotool search --name 'rill watch' mousemove --window %%1 %d %d click 1", (int)cell_x,
             (int)cell_y);
    await_color("the greedy agent where the click was", click, cell_x, cell_y, RILL_BLUE);
    await_color("the knob at the right end",
                "xdotool search --name 'rill watch' mousemove --window %1 421 774 click 1", 422.0,
                774.0, RILL_BLUE);
    run_shell("xdotool key space");
    await_color("the square at the end", NULL, 18.0, 774.0, (rill_color){34, 38, 44, 255});
    run_shell("xdotool key f"); // the badge is for the screen alone
    for (int i = 0; i < 100 && !exists("watch-1.mp4") && !exists("watch-1"); i++) {
        sleep_milliseconds(100);
    }
    await_color("no badge in a picture", NULL, 1150.0, 12.0, (rill_color){240, 241, 243, 255});
    run_shell("xdotool key q");
    finish_program(&p, ended);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    unsetenv("DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("ASAN_OPTIONS");
    ck_assert_msg(ended->code == 0, "code %d: %s", ended->code, ended->err);
    ck_assert_msg(strstr(ended->out, "run 0 of \"Sarsa\"") != NULL &&
                      strstr(ended->out, "done, hash") != NULL,
                  "%s", ended->out);
    ASSERT_DONE("watch", "grid.json", "--agent", "Sarsa", "--headless", "--speed", "max");
    ck_assert_msg(strstr(ended->out, strstr(ran.out, "hash ")) != NULL, "%s and %s", ended->out,
                  ran.out); // keys and clicks have changed nothing
    ck_assert_msg(strstr(ended->out, "\nsaved ") != NULL, "no film: %s", ended->out);
    free(ended);
}
END_TEST

TEST_MAIN_WITH_FILES(a_watched_run_has_the_hash_of_the_run, mistakes_are_named,
                     a_stored_agent_is_shown_at_work, a_stored_agent_that_goes_round_is_cut,
                     a_click_counts_where_it_is, keys_and_mouse_work_in_a_real_window)

#else

START_TEST(packages_are_named)
{
    RUN("watch", "experiment.json");
    ASSERT_FAILED_WITH(1, "libsdl2-dev");
    ASSERT_DONE("watch", "--help");
}
END_TEST

TEST_MAIN_WITH_FILES(packages_are_named)

#endif
