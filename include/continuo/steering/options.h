// The options of steering, once: command lines and forms are views of them.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "continuo/generation/options.h"
#include "continuo/steering/steer.h"

namespace continuo::steering {

/// The others: chords, cadence, voices, onsets, hands ... Of what stood there, keep, amount and differ are left to
/// commands that vary.
std::vector<Option> options_of(Wishes& wishes);
/// keep, amount, differ.
std::vector<Option> variation_options_of(Wishes& wishes);
/// Sampling, style, seed, particles, horizon.
std::vector<Option> options_of(Request& request);

/// What the words ask for.
void add_words(const generation::WishWords& words, Wishes& wishes);

/// "5-8" or "5": the first and the last. Throws Error, with `what` they are.
std::pair<int, int> span_from_text(std::string_view text, std::string_view what);
/// "2,3". Throws Error.
std::vector<int> numbers_from_text(std::string_view text, std::string_view what);

}  // namespace continuo::steering
