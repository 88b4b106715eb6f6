/// `rill watch ENV --human`: keys that are pressed do what they say.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/human.h"

#include <SDL2/SDL.h>

/// Plays without a display; after the environment keys, each of which takes a frame, the frames, and options.
#define PLAY(id, ...) \
    ASSERT_DONE("watch", id, "--human", "--headless", "--press", KEYS(__VA_ARGS__))
/// What follows the keys are the frames.
#define KEYS(keys, ...) keys, "--frames", __VA_ARGS__

START_TEST(arrows_go_where_they_point)
{
    enter_fresh_directory();
    PLAY("cliff_walking",
         "up right right right right right right right right right right right down", "13");
    ck_assert_str_eq(ran.out, "cliff_walking: 13 steps, 1 episode, best return -13, last -13\n");
    // the key after the end begins an episode, and does no more
    PLAY("cliff_walking",
         "up right right right right right right right right right right right down up right",
         "15");
    ck_assert_str_eq(ran.out, "cliff_walking: 14 steps, 1 episode, best return -13, last -13\n");
    // the cliff costs 100 and is no end
    PLAY("cliff_walking", "right r up", "9");
    ck_assert_str_eq(ran.out, "cliff_walking: 2 steps, 0 episodes\n");
    // other words for the same directions
    PLAY("taxi", "up up down left right", "9");
    ck_assert_str_eq(ran.out, "taxi: 5 steps, 0 episodes\n");
}
END_TEST

START_TEST(numbers_and_letters_act)
{
    enter_fresh_directory();
    PLAY("cliff_walking", "0 1 3 2", "4"); // up, right, left, down, by number
    ck_assert_str_eq(ran.out, "cliff_walking: 4 steps, 0 episodes\n");
    PLAY("blackjack", "s", "2", "--seed", "1"); // stick
    ck_assert_ptr_nonnull(strstr(ran.out, "1 step, 1 episode"));
    PLAY("gambler", "5 0", "2"); // more than ten actions: not before Return
    ck_assert_str_eq(ran.out, "gambler: 0 steps, 0 episodes\n");
    PLAY("gambler", "9 backspace 1 return", "4", "--param", "p_heads=1"); // it begins with 85
    ck_assert_str_eq(ran.out, "gambler: 1 step, 0 episodes\n");
    PLAY("gambler", "9 backspace 1 5 return", "5", "--param", "p_heads=1");
    ck_assert_str_eq(ran.out, "gambler: 1 step, 1 episode, best return 1, last 1\n");
    PLAY("gambler", "9 9 return", "3"); // there is no such action
    ck_assert_str_eq(ran.out, "gambler: 0 steps, 0 episodes\n");
}
END_TEST

/// What moves by itself makes 20 steps a second, and 60 frames are a second.
START_TEST(time_goes_on)
{
    enter_fresh_directory();
    PLAY("mountain_car", "right", "60");
    ck_assert_str_eq(ran.out, "mountain_car: 20 steps, 0 episodes\n");
    PLAY("mountain_car", "", "60", "--speed", "60");
    ck_assert_str_eq(ran.out, "mountain_car: 60 steps, 0 episodes\n");
    PLAY("pendulum", "", "3", "--speed", "max"); // as many as can be told apart
    ck_assert_str_eq(ran.out, "pendulum: 300 steps, 0 episodes\n");
    PLAY("CartPole-v1", "right", "60"); // pushed one way, it falls
    ck_assert_ptr_nonnull(strstr(ran.out, " 1 episode, best return "));
    PLAY("pendulum", "left", "60", "--speed", "30");
    ck_assert_str_eq(ran.out, "pendulum: 30 steps, 0 episodes\n");
}
END_TEST

/// Presses (+) and releases (-) of keys, in their order, before the first of three steps.
static void play_events(rill_env *env, const char *const *events)
{
    rill_error error = {0};
    human_report report;
    ck_assert_int_eq(SDL_Init(SDL_INIT_EVENTS), 0);
    for (int i = 0; events[i] != NULL; i++) {
        const bool is_down = events[i][0] == '+';
        SDL_Event event = {.key = {.type = is_down ? SDL_KEYDOWN : SDL_KEYUP,
                                   .keysym = {.sym = SDL_GetKeyFromName(events[i] + 1)}}};
        ck_assert_int_eq(SDL_PushEvent(&event), 1);
    }
    rill_env_seed(env, 1);
    const human_request request = {
        .env = env, .speed = 60.0, .width = 640, .height = 480, .is_headless = true, .frames = 3};
    ASSERT_OK(human_play(&request, &report, &error), &error);
    ck_assert_int_eq(report.steps, 3);
}

/// What the environment is like after three steps of an action.
static double after(rill_env *env, rill_action action)
{
    rill_outcome outcome;
    rill_env_seed(env, 1);
    rill_env_reset(env);
    for (int i = 0; i < 3; i++) {
        rill_env_step(env, action, &outcome);
    }
    return (double)rill_env_observe(env).box[1];
}

/// Letting go of one arrow leaves the other that is down.
START_TEST(held_keys_go_on)
{
    static const struct {
        const char *events[5];
        int32_t action; ///< of mountain_car: left, none, right
    } cases[] = {
        {{"+Left", NULL}, 0},
        {{"+Left", "-Left", NULL}, 1},
        {{"+Left", "+Right", "-Left", NULL}, 2},
        {{"+Left", "+Right", "-Right", NULL}, 0},
        {{"+Left", "+Right", "-Right", "-Left", NULL}, 1},
        {{"+Left", "+Up", "-Up", NULL}, 0}, // which has no meaning here
    };
    rill_error error = {0};
    rill_env *car = NULL, *cart = NULL;
    ASSERT_OK(rill_env_create(&car, "mountain_car", NULL, &error), &error);
    ASSERT_OK(rill_env_create(&cart, "mountain_car_continuous", NULL, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const float push = (float)cases[i].action - 1.0F;
        play_events(car, cases[i].events);
        const double speed = (double)rill_env_observe(car).box[1];
        ck_assert_double_eq(speed, after(car, (rill_action){.index = cases[i].action}));
        play_events(cart, cases[i].events);
        const double pushed = (double)rill_env_observe(cart).box[1];
        ck_assert_double_eq(pushed, after(cart, (rill_action){.box = &push}));
    }
    rill_env_destroy(car);
    rill_env_destroy(cart);
}
END_TEST

START_TEST(every_environment_can_be_played)
{
    enter_fresh_directory();
    int n = 0;
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++, n++) {
        PLAY((*type)->id, "left right up down 0 1 return", "12", "--size", "800x600",
             "--screenshot", "a.png");
        ck_assert(exists("a.png"));
        unlink("a.png");
    }
    ck_assert_int_gt(n, 25);
}
END_TEST

START_TEST(mistakes_are_named)
{
    enter_fresh_directory();
    RUN("watch", "cliffwalking", "--human", "--headless", "--frames", "1");
    ASSERT_FAILED_WITH(2, "did you mean \"cliff_walking\"");
    RUN("watch", "cliff_walking", "--human", "--headless");
    ASSERT_FAILED_WITH(2, "for how many --frames");
    RUN("watch", "cliff_walking", "--human", "--headless", "--frames", "2", "--press", "uup");
    ASSERT_FAILED_WITH(2, "no key is called \"uup\"");
    RUN("watch", "cliff_walking", "--human", "--play");
    ASSERT_FAILED_WITH(2, "not --play");
    RUN("watch", "cliff_walking", "--human", "--run", "0");
    ASSERT_FAILED_WITH(2, "not --play, --set, --agent, --run or --record");
    RUN("watch", "a.json", "--param", "up=1");
    ASSERT_FAILED_WITH(2, "is for --human");
    RUN("watch", "cliff_walking", "--human", "--headless", "--frames", "1", "--screenshot",
        "no/where.png");
    ASSERT_FAILED_WITH(4, "no/where.png");
    unsetenv("DISPLAY"); // where SDL would go on unseen
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
    setenv("XDG_RUNTIME_DIR", test_root, 1);
    RUN("watch", "cliff_walking", "--human", "--frames", "1");
    ASSERT_FAILED_WITH(1, "--headless --screenshot F.png draws without a display");
}
END_TEST

TEST_MAIN_WITH_FILES(arrows_go_where_they_point, numbers_and_letters_act, time_goes_on,
                     held_keys_go_on, every_environment_can_be_played, mistakes_are_named)

#else

START_TEST(packages_are_named)
{
    RUN("watch", "cliff_walking", "--human");
    ASSERT_FAILED_WITH(1, "libsdl2-dev");
}
END_TEST

TEST_MAIN_WITH_FILES(packages_are_named)

#endif
