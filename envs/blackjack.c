/// Blackjack.
///
/// Description: the player draws cards to come closer to 21 than the dealer without exceeding it.
///     Cards come from an infinite deck: 2 to 10 count what they say, court cards 10, an ace 11
///     where that does not exceed 21 (it is usable), otherwise 1. The dealer shows one of two cards
///     and, when the player sticks, draws to 17 or more. Two cards that make 21 are a natural.
///     Sutton & Barto (2018), Example 5.1; Gymnasium's Blackjack-v1.
/// Action space: 0 stick, 1 hit.
/// Observation space: (sum * 11 + dealer's card) * 2 + usable ace, 726 in all, so that
///         sum = index / 22    dealer's card = index / 2 % 11    usable ace = index % 2
///     with the player's sum from 4 to 31 (above 21: bust), the card that the dealer shows from 1
///     (ace) to 10, and 0 or 1. Sum 32 stands for a natural, 21 with a usable ace: Gymnasium shows
///     it as 21, but `sab` and `natural` pay for it, so without it this would be no MDP.
/// Reward: at the end 1 for winning, -1 for losing, 0 for a draw; see the parameters for naturals.
/// Starting state: two cards each, or what `start` says.
/// Episode end: terminates when the player sticks or exceeds 21. No time limit.
/// Parameters: `sab`: a natural wins against all but a natural, which is a draw, as in Sutton &
///     Barto. `natural`: winning with a natural earns 1.5 (without effect where `sab` is true).
///     Without the two a natural counts as any 21. `start`, the player's sum, the dealer's card and
///     1 or 0 for a usable ace, as in the observation, lets every episode start there: Sutton &
///     Barto's Example 5.4 is 13,2,1. Empty: cards are dealt.
/// Versions: v1 of Gymnasium 1.4.0, whose preset sets `sab`; same stream of random numbers: the
///     dealer's two cards, the player's, the suit of the card shown and, where it counts 10, which
///     of the three pictures it is; then a card a hit, and the dealer's. With `start` a reset draws
///     the dealer's hidden card alone.
#include <rill/env_define.h>
#include <stdio.h>

enum { STICK, HIT, ACTIONS };
enum { DECK = 13, SUITS = 4, PICTURES = 3, ACE = 1, TEN = 10 };
enum { MAX_SUM = 21, MAX_BUST = 31, DEALER_STICKS = 17 };
enum { NATURAL = MAX_BUST + 1, TOTALS, CARDS = TEN + 1, STATES = TOTALS * CARDS * 2 };

typedef struct blackjack_params {
    bool natural, sab;
    rill_list start;
} blackjack_params;

static const rill_param blackjack_param_table[] = {
    RILL_BOOL(blackjack_params, natural, "false", "winning with a natural earns 1.5"),
    RILL_BOOL(blackjack_params, sab, "false",
              "naturals as in Sutton & Barto: they win against all but a natural"),
    RILL_INTEGERS(blackjack_params, start, "", 0, NATURAL,
                  "player's sum, dealer's card, usable ace that episodes start with; empty: dealt"),
    RILL_PARAM_END,
};

/// What counts of a hand.
typedef struct hand {
    int32_t sum, usable_ace, is_natural;
} hand;

typedef struct blackjack_state {
    hand player;
    int32_t shown, hidden; ///< the dealer's two cards
} blackjack_state;

/// The hand with one more card.
static inline hand add_card(hand h, int32_t card)
{
    h.sum += card;
    h.is_natural = 0;
    if (card == ACE && h.sum + 10 <= MAX_SUM) {
        h.sum += 10;
        h.usable_ace = 1;
    } else if (h.sum > MAX_SUM && h.usable_ace) {
        h.sum -= 10;
        h.usable_ace = 0;
    }
    return h;
}

static inline hand two_cards(int32_t a, int32_t b)
{
    hand h = add_card(add_card((hand){0, 0, 0}, a), b);
    h.is_natural = h.sum == MAX_SUM;
    return h;
}

/// The probability of a card: 1/13, and 4/13 for the four that count 10.
static double card_probability(int32_t card)
{
    return (card == TEN ? 4.0 : 1.0) / DECK;
}

static inline int32_t draw_card(rill_rng *rng)
{
    int32_t rank = (int32_t)rill_rng_integers(rng, DECK) + 1;
    return rank < TEN ? rank : TEN;
}

/// The sum of a hand, or NATURAL.
static inline int32_t total_of(hand h)
{
    return h.is_natural ? NATURAL : h.sum;
}

static inline hand hand_of(int32_t total, int32_t usable_ace)
{
    return (hand){total == NATURAL ? MAX_SUM : total, usable_ace, total == NATURAL};
}

/// False for what no cards make.
static bool is_hand(hand h)
{
    return h.is_natural   ? h.sum == MAX_SUM && h.usable_ace
           : h.usable_ace ? h.sum >= 12 && h.sum <= MAX_SUM
                          : h.sum >= 4 && h.sum <= MAX_BUST;
}

static inline int32_t index_of(hand player, int32_t shown)
{
    return (total_of(player) * CARDS + shown) * 2 + player.usable_ace;
}

/// The reward of sticking, against the dealer's last hand.
static inline double pay(const blackjack_params *params, hand player, hand dealer)
{
    if (params->sab && player.is_natural) {
        return dealer.is_natural ? 0.0 : 1.0;
    }
    if (dealer.sum <= MAX_SUM && dealer.sum >= player.sum) {
        return dealer.sum == player.sum ? 0.0 : -1.0;
    }
    return params->natural && player.is_natural ? 1.5 : 1.0;
}

static hand start_hand(const blackjack_params *params)
{
    const double *start = params->start.values;
    return hand_of((int32_t)start[0], (int32_t)start[2]);
}

static rill_status prepare(void *block, rill_error *error)
{
    const blackjack_params *params = block;
    if (params->start.count == 0) {
        return RILL_OK;
    }
    if (params->start.count == 3) {
        const double *start = params->start.values;
        const hand player = start_hand(params);
        if (start[1] >= ACE && start[1] <= TEN && start[2] <= 1.0 && is_hand(player) &&
            player.sum <= MAX_SUM) {
            return RILL_OK;
        }
    }
    return rill_error_set(error, RILL_INVALID, "start",
                          "no episode starts like that; give the player's sum (4 to 21, or 32 for "
                          "a natural), the dealer's card (1 to 10), 1 or 0 for a usable ace (12 or "
                          "more with one)");
}

static void reset(const blackjack_params *params, blackjack_state *state, rill_rng *rng)
{
    if (params->start.count > 0) {
        *state = (blackjack_state){.player = start_hand(params),
                                   .shown = (int32_t)params->start.values[1],
                                   .hidden = draw_card(rng)};
        return;
    }
    state->shown = draw_card(rng);
    state->hidden = draw_card(rng);
    int32_t first = draw_card(rng);
    state->player = two_cards(first, draw_card(rng));
    // the picture on the card shown, which Gymnasium draws though nothing hangs on it
    rill_rng_integers(rng, SUITS);
    if (state->shown == TEN) {
        rill_rng_integers(rng, PICTURES);
    }
}

static inline void step(const blackjack_params *params, blackjack_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (action == HIT) {
        state->player = add_card(state->player, draw_card(rng));
        outcome->terminated = state->player.sum > MAX_SUM;
        outcome->reward = outcome->terminated ? -1.0 : 0.0;
        return;
    }
    hand dealer = two_cards(state->shown, state->hidden);
    while (dealer.sum < DEALER_STICKS) {
        dealer = add_card(dealer, draw_card(rng));
    }
    outcome->terminated = true;
    outcome->reward = pay(params, state->player, dealer);
}

static inline int32_t observe(const blackjack_params *params, const blackjack_state *state)
{
    (void)params;
    return index_of(state->player, state->shown);
}

/// Adds to `ends`, (TOTALS), the probabilities of the totals that a dealer's hand can come to.
static void add_ends(hand dealer, double probability, double *ends)
{
    if (dealer.sum >= DEALER_STICKS) {
        ends[total_of(dealer)] += probability;
        return;
    }
    for (int32_t card = ACE; card <= TEN; card++) {
        add_ends(add_card(dealer, card), probability * card_probability(card), ends);
    }
}

/// Writes the outcomes of both actions; `ends` are the dealer's.
static rill_status add_outcomes(const blackjack_params *params, rill_model_builder *builder,
                                hand player, int32_t shown, const double *ends)
{
    const int32_t index = index_of(player, shown);
    rill_status status = RILL_OK;
    for (int32_t total = DEALER_STICKS; total < TOTALS && status == RILL_OK; total++) {
        const double reward = pay(params, player, hand_of(total, 0));
        status = rill_model_add(builder, index, STICK, ends[total], index, reward, true);
    }
    for (int32_t card = ACE; card <= TEN && status == RILL_OK; card++) {
        const hand next = add_card(player, card);
        const bool is_bust = next.sum > MAX_SUM;
        status = rill_model_add(builder, index, HIT, card_probability(card), index_of(next, shown),
                                is_bust ? -1.0 : 0.0, is_bust);
    }
    return status;
}

static void add_starts(const blackjack_params *params, rill_model_builder *builder)
{
    if (params->start.count > 0) {
        const int32_t shown = (int32_t)params->start.values[1];
        rill_model_add_start(builder, index_of(start_hand(params), shown), 1.0);
        return;
    }
    for (int32_t shown = ACE; shown <= TEN; shown++) {
        for (int32_t a = ACE; a <= TEN; a++) {
            for (int32_t b = ACE; b <= TEN; b++) {
                rill_model_add_start(builder, index_of(two_cards(a, b), shown),
                                     card_probability(shown) * card_probability(a) *
                                         card_probability(b));
            }
        }
    }
}

static rill_status model(const void *params, rill_model_builder *builder)
{
    double ends[CARDS][TOTALS] = {{0.0}};
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    if (status == RILL_OK) {
        add_starts(params, builder);
    }
    for (int32_t shown = ACE; shown <= TEN; shown++) {
        for (int32_t a = ACE; a <= TEN; a++) {
            add_ends(two_cards(shown, a), card_probability(a), ends[shown]);
        }
    }
    for (int32_t i = 0; i < STATES && status == RILL_OK; i++) {
        const int32_t shown = i / 2 % CARDS;
        const hand player = hand_of(i / 2 / CARDS, i % 2);
        if (shown >= ACE && is_hand(player) && player.sum <= MAX_SUM) {
            status = add_outcomes(params, builder, player, shown, ends[shown]);
        }
    }
    return status;
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_discrete(STATES);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

enum { PLAYER_SUM, SHOWN, USABLE_ACE, HIDDEN, IS_NATURAL, STATE_VALUES };

static void get_state(const void *params, const void *block, double *values)
{
    (void)params;
    const blackjack_state *state = block;
    values[PLAYER_SUM] = state->player.sum;
    values[SHOWN] = state->shown;
    values[USABLE_ACE] = state->player.usable_ace;
    values[HIDDEN] = state->hidden;
    values[IS_NATURAL] = state->player.is_natural;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    static const int32_t sizes[STATE_VALUES] = {NATURAL, CARDS, 2, CARDS, 2};
    int32_t v[STATE_VALUES] = {0};
    for (int32_t i = 0; i < STATE_VALUES; i++) {
        rill_status status = rill_state_index(values[i], sizes[i], &v[i], error);
        if (status != RILL_OK) {
            return status;
        }
    }
    const hand player = {v[PLAYER_SUM], v[USABLE_ACE], v[IS_NATURAL]};
    if (!is_hand(player) || v[SHOWN] < ACE || v[HIDDEN] < ACE) {
        return rill_error_set(error, RILL_INVALID, "state",
                              "no hands are like that; give the player's sum (4 to 31), the "
                              "dealer's card (1 to 10), 1 for a usable ace (sum 12 to 21), the "
                              "dealer's hidden card, 1 for a natural (21 with a usable ace)");
    }
    *(blackjack_state *)state = (blackjack_state){player, v[SHOWN], v[HIDDEN]};
    return RILL_OK;
}

static void draw(const void *params, const void *block, const rill_canvas *canvas)
{
    (void)params;
    const blackjack_state *state = block;
    void *context = canvas->context;
    char text[16];
    canvas->view(context, 0.0, 0.0, 8.0, 7.0);
    rill_canvas_rectangle(canvas, 0.0, 0.0, 8.0, 7.0, RILL_GREEN);

    canvas->text(context, 1.3, 5.2, 0.5, "dealer", RILL_WHITE);
    rill_canvas_rectangle(canvas, 3.0, 3.9, 4.8, 6.5, RILL_WHITE);
    snprintf(text, sizeof text, "%d", state->shown);
    canvas->text(context, 3.9, 5.2, 1.2, state->shown == ACE ? "A" : text, RILL_BLACK);
    rill_canvas_rectangle(canvas, 5.2, 3.9, 7.0, 6.5, RILL_WHITE); // face down
    rill_canvas_rectangle(canvas, 5.35, 4.05, 6.85, 6.35, RILL_BLUE);

    canvas->text(context, 1.3, 2.0, 0.5, "player", RILL_WHITE);
    snprintf(text, sizeof text, "%d", state->player.sum);
    canvas->text(context, 3.9, 2.0, 1.5, text,
                 state->player.sum > MAX_SUM ? RILL_YELLOW : RILL_WHITE);
    const char *remark = state->player.is_natural      ? "natural"
                         : state->player.usable_ace    ? "usable ace"
                         : state->player.sum > MAX_SUM ? "bust"
                                                       : NULL;
    if (remark != NULL) {
        canvas->text(context, 6.1, 2.0, 0.5, remark, RILL_WHITE);
    }
}

static const char *const action_names[] = {"stick", "hit", NULL};
static const rill_env_preset presets[] = {
    {.id = "Blackjack-v1", .params = (const char *const[]){"sab=true", "natural=false", NULL}},
    {.id = NULL},
};

RILL_DEFINE_ENV(blackjack, index, index,
                .summary = "a card game; observation (sum * 11 + dealer's card) * 2 + usable ace, "
                           "sum 32 for a natural",
                .source = "Sutton & Barto (2018), Example 5.1; Gymnasium Blackjack-v1",
                .presets = presets, .action_names = action_names, .prepare = prepare,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .draw = draw, .n_state_values = STATE_VALUES,
                .get_state = get_state, .set_state = set_state);
