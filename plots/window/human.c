#include "plots/window/human.h"

#include "plots/window/keys.h"
#include "plots/window/screen.h"
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 6 };

static const double frame_seconds = 1.0 / 60.0, own_pace = 20.0;

/// Directions that have a key, by the words that environments have for them.
static const struct direction {
    SDL_Keycode key;
    const char *arrow;
    const char *names[4]; ///< ends with NULL
    int axis;             ///< of box actions
    double sign;
} directions[] = {
    {SDLK_LEFT, "←", {"left", "west", "negative", NULL}, 0, -1.0},
    {SDLK_RIGHT, "→", {"right", "east", "positive", NULL}, 0, 1.0},
    {SDLK_UP, "↑", {"up", "north", NULL}, 1, 1.0},
    {SDLK_DOWN, "↓", {"down", "south", NULL}, 1, -1.0},
};
enum { N_DIRECTIONS = sizeof directions / sizeof directions[0] };

typedef struct human {
    const human_request *request;
    rill_env *env;
    screen screen;
    view view;
    double pace;    ///< steps a second; 0: the world waits
    double due;     ///< steps, not yet taken
    int32_t action; ///< discrete: what is done as long as no key says otherwise
    float *box;     ///< (dimensions) likewise
    int64_t held
        [N_DIRECTIONS]; ///< which press of a direction's key holds it down, counted; 0: it is up
    int64_t n_presses;  ///< of such keys
    char digits[MAX_DIGITS + 1]; ///< of an action's number, as far as it is typed
    bool is_over, is_quit;
    trail way;
    double episode_return;
    int64_t episode_length;
    human_report report;
} human;

// ------------------------------------------------------------------------------------------ playing

static void begin_episode(human *self)
{
    rill_env_reset(self->env);
    trail_note(&self->way, self->env, true);
    self->is_over = false;
    self->episode_return = 0.0;
    self->episode_length = 0;
    self->due = 0.0;
}

static void step(human *self)
{
    rill_outcome outcome;
    const bool is_discrete = self->env->action_space.kind == RILL_SPACE_DISCRETE;
    rill_env_step(self->env,
                  is_discrete ? (rill_action){.index = self->action}
                              : (rill_action){.box = self->box},
                  &outcome);
    trail_note(&self->way, self->env, false);
    self->episode_return += outcome.reward;
    self->episode_length++;
    self->report.steps++;
    self->is_over = rill_outcome_is_last(&outcome);
    if (self->is_over) {
        human_report *report = &self->report;
        report->last_return = self->episode_return;
        report->best_return =
            fmax(report->best_return, self->episode_return); // NaN is no number yet
        report->episodes++;
    }
}

/// The action of a name; -1 when there is none.
static int32_t find_action(const rill_env *env, const char *name)
{
    const char *const *names = env->type->action_names;
    for (int32_t i = 0; names != NULL && env->action_space.kind == RILL_SPACE_DISCRETE &&
                        i < env->action_space.size && names[i] != NULL;
         i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

/// The action of a direction; -1 when there is none.
static int32_t find_direction(const rill_env *env, const struct direction *d)
{
    int32_t action = -1;
    for (int i = 0; action < 0 && d->names[i] != NULL; i++) {
        action = find_action(env, d->names[i]);
    }
    return action;
}

/// Of box actions: the most that can be done in a direction, 1 where there is no bound.
static double most_of(const rill_env *env, const struct direction *d)
{
    const double *bounds = d->sign > 0.0 ? env->action_space.high : env->action_space.low;
    return isfinite(bounds[d->axis]) ? bounds[d->axis] : d->sign;
}

/// Of box actions: the push of a direction, or none, within the bounds.
static void push(human *self, const struct direction *d, double share)
{
    const rill_space *space = &self->env->action_space;
    if (d->axis < space->size) {
        const double low = space->low[d->axis], high = space->high[d->axis];
        self->box[d->axis] = (float)fmin(fmax(share * most_of(self->env, d), low), high);
    }
}

/// Does what was chosen: at once where the world waits, else with the next step.
static void choose(human *self)
{
    if (self->pace == 0.0) {
        step(self);
    }
}

/// Whether one action alone begins with a letter, which has no other meaning.
static bool is_named_once(const human *self, char letter, int32_t *action)
{
    if (letter == 'r' || letter == 'q') {
        return false;
    }
    const char *const *names = self->env->type->action_names;
    int n = 0;
    for (int32_t i = 0; names != NULL && i < self->env->action_space.size && names[i] != NULL;
         i++) {
        if (names[i][0] == letter) {
            *action = i;
            n++;
        }
    }
    return n == 1 && self->env->action_space.kind == RILL_SPACE_DISCRETE;
}

/// A digit of an action's number. With up to ten actions one is enough, with more Return ends it.
static void type_digit(human *self, char digit)
{
    const rill_space *space = &self->env->action_space;
    const size_t n = strlen(self->digits);
    if (space->kind != RILL_SPACE_DISCRETE || n == MAX_DIGITS) {
        return;
    }
    self->digits[n] = digit;
    self->digits[n + 1] = '\0';
}

static void end_number(human *self)
{
    const long number = strtol(self->digits, NULL, 10);
    if (self->digits[0] != '\0' && number < self->env->action_space.size) {
        self->action = (int32_t)number;
        choose(self);
    }
    self->digits[0] = '\0';
}

/// A key that acts.
static void act(human *self, SDL_Keycode key)
{
    for (int i = 0; i < N_DIRECTIONS; i++) {
        const struct direction *d = &directions[i];
        if (key != d->key) {
            continue;
        }
        self->held[i] = ++self->n_presses;
        const int32_t action = find_direction(self->env, d);
        if (self->env->action_space.kind == RILL_SPACE_BOX) {
            push(self, d, 1.0);
            choose(self);
        } else if (action >= 0) {
            self->action = action;
            choose(self);
        }
        return;
    }
    if (key >= SDLK_0 && key <= SDLK_9) {
        type_digit(self, (char)('0' + (key - SDLK_0)));
        if (self->env->action_space.size <= 10) {
            end_number(self);
        }
    } else if (key == SDLK_RETURN || key == SDLK_KP_ENTER) {
        end_number(self);
    } else if (key == SDLK_BACKSPACE) {
        self->digits[0] = '\0';
    } else if (key >= SDLK_a && key <= SDLK_z && is_named_once(self, (char)key, &self->action)) {
        choose(self);
    }
}

static void press(human *self, SDL_Keycode key)
{
    if (key == SDLK_q || key == SDLK_ESCAPE) {
        self->is_quit = true;
    } else if (key == SDLK_r || self->is_over) {
        begin_episode(self);
    } else {
        act(self, key);
    }
}

/// Of the directions that act, on the same axis where there are several, that whose key went down last and is
/// still down; NULL: none.
static const struct direction *last_held(const human *self, int axis)
{
    const bool is_box = self->env->action_space.kind == RILL_SPACE_BOX;
    int last = -1;
    for (int i = 0; i < N_DIRECTIONS; i++) {
        const struct direction *d = &directions[i];
        const bool acts = is_box ? d->axis == axis : find_direction(self->env, d) >= 0;
        if (acts && self->held[i] > (last < 0 ? 0 : self->held[last])) {
            last = i;
        }
    }
    return last < 0 ? NULL : &directions[last];
}

/// A key that held an action lets go of it; another one that is still down has its own way again.
static void release(human *self, SDL_Keycode key)
{
    for (int i = 0; i < N_DIRECTIONS; i++) {
        if (key != directions[i].key) {
            continue;
        }
        self->held[i] = 0;
        const struct direction *held = last_held(self, directions[i].axis);
        const int32_t none = find_action(self->env, "none");
        if (self->env->action_space.kind == RILL_SPACE_BOX) {
            push(self, held == NULL ? &directions[i] : held, held == NULL ? 0.0 : 1.0);
        } else if (self->pace > 0.0 && none >= 0) {
            self->action = held == NULL ? none : find_direction(self->env, held);
        }
    }
}

static void handle(human *self, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        self->is_quit = true;
        break;
    case SDL_KEYDOWN:
        if (event->key.repeat == 0 || self->pace == 0.0) {
            press(self, event->key.keysym.sym);
        }
        break;
    case SDL_KEYUP:
        release(self, event->key.keysym.sym);
        break;
    default:
        break;
    }
}

/// The keys of `press`: in each frame the next goes down, and the last one up.
static rill_status press_next(human *self, const char **next, SDL_Keycode *last, rill_error *error)
{
    if (*last != SDLK_UNKNOWN) {
        release(self, *last);
        *last = SDLK_UNKNOWN;
    }
    const rill_status status = keys_next(next, last, error);
    if (status == RILL_OK && *last != SDLK_UNKNOWN) {
        press(self, *last);
    }
    return status;
}

// ------------------------------------------------------------------------------------------ drawing

/// The keys that act, as "← left   → right   0-3 by number".
static void describe_keys(const human *self, char *text, size_t size)
{
    const rill_env *env = self->env;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < N_DIRECTIONS && used < size; i++) {
        const int32_t action = find_direction(env, &directions[i]);
        const bool is_box = env->action_space.kind == RILL_SPACE_BOX;
        if (action >= 0) {
            used += (size_t)snprintf(text + used, size - used, "%s %s   ", directions[i].arrow,
                                     env->type->action_names[action]);
        } else if (is_box && directions[i].axis < env->action_space.size) {
            used += (size_t)snprintf(text + used, size - used, "%s push %+.3g   ",
                                     directions[i].arrow, most_of(env, &directions[i]));
        }
    }
    const char *const *names = env->type->action_names;
    for (int32_t i = 0;
         names != NULL && i < env->action_space.size && names[i] != NULL && used < size; i++) {
        int32_t action = -1;
        bool has_arrow = false;
        for (int j = 0; j < N_DIRECTIONS; j++) {
            has_arrow = has_arrow || find_direction(env, &directions[j]) == i;
        }
        if (!has_arrow && is_named_once(self, names[i][0], &action)) {
            used += (size_t)snprintf(text + used, size - used, "%c %s   ", names[i][0], names[i]);
        } else if (!has_arrow) {
            used += (size_t)snprintf(text + used, size - used, "%d %s   ", (int)i, names[i]);
        }
    }
    if (env->action_space.kind == RILL_SPACE_DISCRETE && used < size) {
        const int32_t n = env->action_space.size;
        snprintf(text + used, size - used,
                 n <= 10 ? "0-%d by number" : "0-%d by number, then Return", (int)n - 1);
    }
}

static void draw_header(human *self)
{
    view *seen = &self->view;
    const double u = seen->unit;
    const area *at = &seen->header;
    char line[256], numbers[4][48];
    view_format(self->episode_return, numbers[0], sizeof numbers[0]);
    view_format(self->report.last_return, numbers[1], sizeof numbers[1]);
    view_format(self->report.best_return, numbers[2], sizeof numbers[2]);
    paint_text_within(&seen->paint, at->left, at->top + 20.0 * u, 18.0 * u, at->right - at->left,
                      self->env->type->id, INK);
    snprintf(line, sizeof line,
             "episode %lld   ·   step %lld   ·   return %s   ·   last %s   ·   best %s",
             (long long)self->report.episodes + !self->is_over, (long long)self->episode_length,
             numbers[0], numbers[1], numbers[2]);
    paint_text_within(&seen->paint, at->left, at->top + 43.0 * u, 13.0 * u, at->right - at->left,
                      line, SOFT_INK);
}

static void draw_footer(human *self)
{
    view *seen = &self->view;
    const double u = seen->unit;
    const area *at = &seen->footer;
    const double y = 0.5 * (at->top + at->bottom);
    char keys[256], line[320];
    describe_keys(self, keys, sizeof keys);
    snprintf(line, sizeof line, "%s%s%s", keys,
             self->digits[0] == '\0' ? "" : "   typed: ", self->digits);
    const char *rest = "r  new episode   q  quit";
    const double width = paint_text_width(&seen->paint, 13.0 * u, rest);
    paint_text(&seen->paint, at->right, y, 13.0 * u, ALIGN_RIGHT, rest, SOFT_INK);
    paint_text_within(&seen->paint, at->left, y, 14.0 * u, at->right - at->left - width - 20.0 * u,
                      line, INK);
}

/// Over the picture, once an episode is over.
static void draw_end(human *self)
{
    view *seen = &self->view;
    const double u = seen->unit;
    const area *at = &seen->world_area;
    const double x = 0.5 * (at->left + at->right), y = at->top + 62.0 * u;
    char line[128], number[48];
    view_format(self->episode_return, number, sizeof number);
    snprintf(line, sizeof line, "Episode over: return %s in %lld step%s. Any key begins the next.",
             number, (long long)self->episode_length, self->episode_length == 1 ? "" : "s");
    const double half = 0.5 * paint_text_width(&seen->paint, 16.0 * u, line) + 20.0 * u;
    paint_rectangle(&seen->paint, (area){x - half, y - 20.0 * u, x + half, y + 20.0 * u}, INK);
    paint_text(&seen->paint, x, y, 16.0 * u, ALIGN_CENTRE, line, PAPER);
}

static void draw(human *self)
{
    view *seen = &self->view;
    raster_clip_none(&seen->paint.picture);
    paint_rectangle(&seen->paint,
                    (area){0.0, 0.0, seen->paint.picture.width, seen->paint.picture.height}, DESK);
    draw_header(self);
    seen->way = &self->way;
    view_draw_world(seen);
    draw_footer(self);
    if (self->is_over) {
        draw_end(self);
    }
}

static rill_status draw_frame(human *self, rill_error *error)
{
    bool is_new = false;
    const rill_status status = screen_fit(&self->screen, &self->view.paint.picture, &is_new, error);
    if (status != RILL_OK) {
        return status;
    }
    if (is_new) {
        view_arrange(&self->view);
        self->view.world_area.right = self->view.header.right; // nothing is beside it
    }
    draw(self);
    screen_show(&self->screen, &self->view.paint.picture);
    return RILL_OK;
}

/// Steps that are due where the world does not wait.
static void advance(human *self, double seconds)
{
    const double most =
        100.0; // steps in a frame, whatever the pace: nobody sees more, and keys are to be heard
    self->due = fmin(self->due + (self->is_over ? 0.0 : self->pace * seconds), most);
    for (; self->due >= 1.0 && !self->is_over; self->due -= 1.0) {
        step(self);
    }
}

static rill_status run_frames(human *self, rill_error *error)
{
    const human_request *request = self->request;
    const char *next = request->press == NULL ? "" : request->press;
    SDL_Keycode last_key = SDLK_UNKNOWN;
    rill_status status = RILL_OK;
    double last = run_seconds_now();
    for (int64_t frame = 0; status == RILL_OK && !self->is_quit; frame++) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            handle(self, &event);
        }
        const double now = run_seconds_now();
        status = press_next(self, &next, &last_key, error);
        advance(self, request->is_headless ? frame_seconds : fmin(now - last, 0.1));
        last = now;
        status = status == RILL_OK ? draw_frame(self, error) : status;
        self->is_quit = self->is_quit || (request->frames > 0 && frame + 1 >= request->frames);
        const double rest = frame_seconds - (run_seconds_now() - now);
        if (rest > 0.0 && !request->is_headless && !self->is_quit) {
            SDL_Delay((Uint32)(1000.0 * rest)); // where the screen does not keep the time
        }
    }
    return status;
}

/// Whether a world goes on by itself: one of numbers, in which no action is a way to go.
static bool is_moving(const rill_env *env)
{
    return env->action_space.kind == RILL_SPACE_BOX ||
           (env->observation_space.kind == RILL_SPACE_BOX && find_action(env, "up") < 0);
}

rill_status human_play(const human_request *request, human_report *report, rill_error *error)
{
    rill_env *env = request->env;
    human self = {
        .request = request,
        .env = env,
        .view = {.world = env, .world_title = "Yours to play", .mouse_x = -1.0, .mouse_y = -1.0},
        .pace = request->speed > 0.0 ? request->speed
                : is_moving(env)     ? own_pace
                                     : 0.0,
        .report = {.last_return = (double)NAN, .best_return = (double)NAN}};
    const int32_t none = find_action(env, "none");
    self.action = none < 0 ? 0 : none;
    self.box = calloc((size_t)env->action_space.size, sizeof *self.box);
    rill_status status = RILL_OK;
    if (self.box == NULL) {
        status = rill_error_no_memory(error);
    }
    for (int i = 0; status == RILL_OK && i < N_DIRECTIONS; i++) {
        if (env->action_space.kind == RILL_SPACE_BOX) {
            push(&self, &directions[i], 0.0);
        }
    }
    if (status == RILL_OK) {
        status =
            screen_open(&self.screen, request->width, request->height, request->is_headless, error);
    }
    status = status == RILL_OK ? painter_open(&self.view.paint, error) : status;
    if (status == RILL_OK) {
        begin_episode(&self);
        status = run_frames(&self, error);
    }
    if (status == RILL_OK && request->screenshot != NULL) {
        status = screen_save(&self.view.paint.picture, request->screenshot, error);
    }
    *report = self.report;
    free(self.box);
    painter_close(&self.view.paint);
    screen_close(&self.screen);
    return status;
}
