#include "plots/window/window.h"

#include "plots/window/greedy.h"
#include "plots/window/keys.h"
#include "plots/window/recording.h"
#include "plots/window/screen.h"
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double frame_seconds = 1.0 / 60.0;

typedef struct window {
    const window_request *request;
    screen screen;
    view view;
    learner learner;
    bool is_open; ///< the learner is
    greedy greedy;
    double budget; ///< steps that the run may take, not yet given to it
    bool is_quit, is_dragged;
    bool is_picture_due; ///< the next frame is to be saved
    recording recording;
    double measured; ///< when the speed was measured last, seconds
    int64_t measured_steps;
    char message[256];
} window;

// ------------------------------------------------------------------------------------- the run shown

static void show_greedy(window *self)
{
    self->view.is_greedy = greedy_open(&self->greedy, self->learner.env, NULL) == RILL_OK;
}

/// Whose environment is drawn, and what is known of its states by now.
static void look(window *self)
{
    view *seen = &self->view;
    seen->world = seen->is_greedy ? self->greedy.env : self->learner.env;
    seen->way = seen->is_greedy ? &self->greedy.way : &self->learner.seen.way;
    field_update(&seen->field, seen->world, self->learner.agent);
}

static rill_status open_run(window *self, int32_t variant, int64_t number, rill_error *error)
{
    if (self->is_open) {
        learner_close(&self->learner);
        field_close(&self->view.field);
    }
    greedy_close(&self->greedy);
    self->view.is_greedy = false;
    self->is_open = true;
    self->view.learner = &self->learner;
    const window_request *request = self->request;
    rill_status status =
        request->saved != NULL
            ? learner_open_saved(&self->learner, request->saved, request->saved_run, error)
            : learner_open(&self->learner, request->experiment, variant, number, error);
    if (status == RILL_OK) {
        status = field_open(&self->view.field, self->learner.env, self->learner.agent, error);
    }
    if (status == RILL_OK && request->saved == NULL) {
        learner_allow(&self->learner, 1, INT64_MAX);
        learner_catch_up(&self->learner);
    } else if (status == RILL_OK) {
        show_greedy(self);
    }
    if (status == RILL_OK) {
        look(self); // a click may come before the next frame
    }
    self->budget = 0.0;
    self->view.steps_per_second = (double)NAN;
    self->view.n_errors = 0;
    self->view.errors_step = 0;
    self->measured = 0.0;
    return status;
}

/// As many steps as are due: beside a run at most 30 a second so that they can be followed.
static void step_greedy(window *self, double seconds)
{
    const bool is_saved = self->request->saved != NULL;
    const double most = is_saved ? 6000.0 : 30.0;
    if (!self->view.is_paused) {
        greedy_advance(&self->greedy, self->learner.agent, fmin(self->view.speed, most) * seconds);
    }
    if (is_saved) { // it is this that the numbers are about
        sight *seen = &self->learner.seen;
        seen->episode_return = self->greedy.episode_return;
        seen->episode_length = self->greedy.episode_length;
        seen->last_return = self->greedy.last_return;
        seen->last_length = self->greedy.last_length;
    }
}

/// Lets the run go on by what is due in a frame.
static void advance(window *self, double seconds)
{
    learner *run = &self->learner;
    const int64_t taken = atomic_load(&run->steps);
    if (self->view.is_paused) {
        return;
    }
    if (!isfinite(self->view.speed)) {
        learner_allow(run, INT64_MAX, INT64_MAX);
        self->budget = 0.0;
        return;
    }
    self->budget += self->view.speed * seconds;
    const double whole = floor(self->budget);
    self->budget -= whole;
    learner_allow(run, taken + (int64_t)whole, INT64_MAX);
}

static void pause_run(window *self)
{
    self->view.is_paused = true;
    learner_allow(&self->learner, 0, 0);
}

static void measure_speed(window *self, double now)
{
    const int64_t steps =
        self->request->saved != NULL ? self->greedy.steps : self->learner.seen.steps;
    if (self->measured == 0.0 || now - self->measured >= 0.5) {
        if (self->measured > 0.0) {
            self->view.steps_per_second =
                nearbyint((double)(steps - self->measured_steps) / (now - self->measured));
        }
        self->measured = now;
        self->measured_steps = steps;
    }
}

// ----------------------------------------------------------------------------------------- pictures

/// watch-1.png, watch-2.png, ...: the first that is not there.
static void save_next(window *self)
{
    char path[32];
    rill_error error = {0};
    for (int i = 1;; i++) {
        snprintf(path, sizeof path, "watch-%d.png", i);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            break;
        }
        fclose(file);
    }
    if (screen_save(&self->view.paint.picture, path, &error) == RILL_OK) {
        snprintf(self->message, sizeof self->message, "saved %s", path);
    } else {
        snprintf(self->message, sizeof self->message, "%.250s", error.message);
    }
    self->view.message = self->message;
    self->is_picture_due = false;
}

// ----------------------------------------------------------------------------------- keys and mouse

static void change_speed(window *self, double speed)
{
    self->view.speed = speed;
    self->budget = 0.0;
    if (isfinite(self->view.speed) && !self->view.is_paused) {
        learner_allow(&self->learner, 0, 0); // what it was allowed at another speed
    }
}

/// Whether a key is about learning, which a saved agent has behind it.
static bool is_of_learning(SDL_Keycode key)
{
    return key == SDLK_e || key == SDLK_g || key == SDLK_n || key == SDLK_r;
}

static rill_status press(window *self, SDL_Keycode key, rill_error *error)
{
    view *seen = &self->view;
    learner *run = &self->learner;
    const rill_experiment *experiment = self->request->experiment;
    seen->message = NULL;
    if (self->request->saved != NULL && is_of_learning(key)) {
        seen->message = "a stored agent acts greedily, and no longer learns";
        return RILL_OK;
    }
    switch (key) {
    case SDLK_SPACE:
        if (seen->is_paused) {
            seen->is_paused = false;
        } else {
            pause_run(self);
        }
        break;
    case SDLK_s:
        pause_run(self);
        if (self->request->saved != NULL) {
            greedy_step(&self->greedy, run->agent);
            break;
        }
        learner_allow(run, atomic_load(&run->steps) + 1, INT64_MAX);
        break;
    case SDLK_e:
        pause_run(self);
        learner_allow(run, INT64_MAX, atomic_load(&run->episodes) + 1);
        break;
    case SDLK_UP:
        change_speed(self, speed_step(seen->speed, true));
        break;
    case SDLK_DOWN:
        change_speed(self, speed_step(seen->speed, false));
        break;
    case SDLK_g:
        if (seen->is_greedy) {
            seen->is_greedy = false;
        } else {
            show_greedy(self);
        }
        break;
    case SDLK_t: {
        const rill_trace *trace =
            run->agent->type->trace == NULL ? NULL : run->agent->type->trace(run->agent);
        if (trace == NULL || trace->size == 0 || seen->field.kind >= FIELD_ACTIONS ||
            seen->field.kind == FIELD_NONE) {
            seen->message = "no eligibility traces to be shown here";
        } else {
            seen->field.is_of_traces = !seen->field.is_of_traces;
        }
        break;
    }
    case SDLK_n:
        return open_run(self, (run->variant + 1) % experiment->n_variants, run->number, error);
    case SDLK_r:
        return open_run(self, run->variant, (run->number + 1) % experiment->runs, error);
    case SDLK_p:
        self->is_picture_due = true;
        break;
    case SDLK_f:
        recording_toggle(&self->recording, &seen->paint.picture);
        seen->message = self->recording.message;
        break;
    case SDLK_ESCAPE:
        if (!seen->is_help) {
            self->is_quit = true;
        }
        seen->is_help = false;
        break;
    case SDLK_q:
        self->is_quit = true;
        break;
    case SDLK_QUESTION: // of `press`; of a keyboard it comes as text
        seen->is_help = !seen->is_help;
        break;
    default:
        break;
    }
    return RILL_OK;
}

/// The mouse in pixels of the picture, of which high-resolution screens have more than the window's points.
static void move_mouse(window *self, int x, int y)
{
    int width = 1, height = 1;
    SDL_GetWindowSize(self->screen.window, &width, &height);
    self->view.mouse_x = (double)x * self->view.paint.picture.width / width;
    self->view.mouse_y = (double)y * self->view.paint.picture.height / height;
    if (self->is_dragged) {
        change_speed(self, view_speed_at(&self->view, self->view.mouse_x));
    }
}

/// Puts the greedy policy's environment, never the run's, into the state that was clicked.
static void place(window *self)
{
    view *seen = &self->view;
    const field *f = &seen->field;
    const bool is_plane = f->kind == FIELD_PLANE;
    int32_t cell = is_plane ? -1 : view_world_cell(seen, seen->mouse_x, seen->mouse_y);
    cell = cell >= 0 ? cell : view_value_cell(seen, seen->mouse_x, seen->mouse_y);
    if (cell < 0 || (f->kind != FIELD_GRID && !is_plane)) {
        return;
    }
    show_greedy(self);
    double state[2] = {cell, 0.0};
    if (is_plane) {
        field_middle(f, &self->learner.env->observation_space, cell, state);
    }
    rill_error error = {0};
    if (!seen->is_greedy) {
        return;
    }
    if (self->greedy.env->n_state_values != (is_plane ? 2 : 1)) {
        seen->message = "this environment takes no state to be put into";
    } else if (greedy_place(&self->greedy, state, &error) != RILL_OK) {
        snprintf(self->message, sizeof self->message, "%.250s", error.message);
        seen->message = self->message;
    } else {
        seen->message = "the greedy policy goes on from here";
    }
}

static rill_status handle(window *self, const SDL_Event *event, rill_error *error)
{
    switch (event->type) {
    case SDL_QUIT:
        self->is_quit = true;
        break;
    case SDL_KEYDOWN:
        return event->key.keysym.sym == SDLK_QUESTION ? RILL_OK
                                                      : press(self, event->key.keysym.sym, error);
    case SDL_TEXTINPUT: // wherever the keyboard has it
        if (strcmp(event->text.text, "?") == 0) {
            self->view.is_help = !self->view.is_help;
        }
        break;
    case SDL_MOUSEMOTION:
        move_mouse(self, event->motion.x, event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
        move_mouse(self, event->button.x, event->button.y);
        self->is_dragged = view_is_on_slider(&self->view, self->view.mouse_x, self->view.mouse_y);
        if (!self->is_dragged) {
            place(self);
        }
        move_mouse(self, event->button.x, event->button.y);
        break;
    case SDL_MOUSEBUTTONUP:
        self->is_dragged = false;
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) {
            self->view.mouse_x = self->view.mouse_y = -1.0;
        }
        break;
    default:
        break;
    }
    return RILL_OK;
}

// ----------------------------------------------------------------------------------------- the window

/// The picture to whomever it is for: film, file and, with what no film shows, the screen.
static rill_status hand_out(window *self, double seconds, rill_error *error)
{
    painter *paint = &self->view.paint;
    const bool was_recorded = self->recording.film != NULL;
    const rill_status status = recording_add(&self->recording, &paint->picture, seconds, error);
    if (was_recorded && self->recording.film == NULL) {
        self->view.message = self->recording.message;
    }
    if (status == RILL_OK && self->is_picture_due) {
        save_next(self);
    }
    if (!self->request->is_headless) {
        recording_draw_badge(&self->recording, paint, self->view.unit);
    }
    screen_show(&self->screen, &paint->picture);
    return status;
}

/// Fits the picture to the window.
static rill_status fit(window *self, rill_error *error)
{
    bool is_new = false;
    const rill_status status = screen_fit(&self->screen, &self->view.paint.picture, &is_new, error);
    if (status == RILL_OK && is_new) {
        view_arrange(&self->view);
    }
    return status;
}

/// One frame: looks at the run, draws, and shows the picture.
static rill_status draw_frame(window *self, double seconds, rill_error *error)
{
    const rill_status status = fit(self, error);
    if (status != RILL_OK) {
        return status;
    }
    const bool is_limited = isfinite(self->view.speed);
    if (self->request->is_headless && is_limited) {
        learner_catch_up(&self->learner);
    } else {
        learner_look(&self->learner);
    }
    if (self->view.is_greedy) {
        step_greedy(self, seconds);
    }
    view_note_error(&self->view);
    look(self);
    view_draw(&self->view);
    return hand_out(self, seconds, error);
}

static rill_status run_frames(window *self, rill_error *error)
{
    const window_request *request = self->request;
    const char *keys = request->press == NULL ? "" : request->press;
    rill_status status = RILL_OK;
    double last = run_seconds_now();
    for (int64_t frame = 0; status == RILL_OK && !self->is_quit; frame++) {
        SDL_Event event;
        while (status == RILL_OK && SDL_PollEvent(&event)) {
            status = handle(self, &event, error);
        }
        SDL_Keycode key = SDLK_UNKNOWN;
        status = status == RILL_OK ? keys_next(&keys, &key, error) : status;
        if (status == RILL_OK && key != SDLK_UNKNOWN) {
            status = press(self, key, error);
        }
        const double now = run_seconds_now();
        const double passed = request->is_headless ? frame_seconds : fmin(now - last, 0.1);
        last = now;
        if (status == RILL_OK) {
            advance(self, passed);
            status = draw_frame(self, passed, error);
            measure_speed(self, request->is_headless ? (double)(frame + 1) * frame_seconds : now);
        }
        const bool is_over = atomic_load(&self->learner.is_over);
        if (is_over && self->learner.status != RILL_OK && status == RILL_OK) {
            *error = self->learner.error;
            status = self->learner.status;
        }
        self->is_quit = self->is_quit || (request->frames > 0 && frame + 1 >= request->frames) ||
                        (request->is_headless && request->frames == 0 && is_over);
        const double rest = frame_seconds - (run_seconds_now() - now);
        const bool is_in_step = request->is_headless && isfinite(self->view.speed);
        if (rest > 0.0 && !is_in_step && !self->is_quit) {
            SDL_Delay((Uint32)(1000.0 * rest)); // where the screen does not keep the time
        }
    }
    return status;
}

static void report_run(const window *self, window_report *report)
{
    const learner *run = &self->learner;
    *report = (window_report){.variant = run->variant,
                              .run = run->number,
                              .is_over = atomic_load(&run->is_over),
                              .steps = run->seen.steps,
                              .episodes = run->seen.episodes,
                              .greedy_steps = self->greedy.steps,
                              .greedy_episodes = self->greedy.episodes,
                              .n_cut = self->greedy.n_cut,
                              .greedy_return = self->greedy.last_return};
    if (report->is_over) {
        report->is_diverged = run->run.status == RILL_RUN_DIVERGED;
        report->hash = run->run.hash;
    }
}

rill_status window_watch(const window_request *request, window_report *report, rill_error *error)
{
    window self = {.request = request,
                   .recording = {.wanted = request->record},
                   .view = {.speed = request->speed,
                            .is_saved = request->saved != NULL,
                            .mouse_x = -1.0,
                            .mouse_y = -1.0}};
    rill_status status =
        screen_open(&self.screen, request->width, request->height, request->is_headless, error);
    status = status == RILL_OK ? painter_open(&self.view.paint, error) : status;
    status = status == RILL_OK ? fit(&self, error) : status;
    status = status == RILL_OK ? open_run(&self, request->variant, request->run, error) : status;
    status = status == RILL_OK ? run_frames(&self, error) : status;
    if (self.recording.film != NULL && status == RILL_OK) {
        view_draw(&self.view); // without the badge
        status = recording_end(&self.recording, error);
    }
    film_abandon(self.recording.film);
    if (status == RILL_OK) {
        report_run(&self, report);
        snprintf(report->film, sizeof report->film, "%s", self.recording.message);
    }
    if (status == RILL_OK && request->screenshot != NULL) {
        status = screen_save(&self.view.paint.picture, request->screenshot, error);
    }
    if (self.is_open) {
        learner_close(&self.learner);
        field_close(&self.view.field);
    }
    greedy_close(&self.greedy);
    painter_close(&self.view.paint);
    screen_close(&self.screen);
    return status;
}
