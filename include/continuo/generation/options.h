// The options of composing: lists from which command lines, JSON and forms are made.
#pragma once

#include <vector>

#include "continuo/base/option.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/wishes.h"

namespace continuo::generation {

/// Names beginning with "no-" and "go-on" are flags that switch something off which is on by default.
std::vector<Option> options_of(SamplingOptions& sampling);
/// Those of the sampling among them. Prompt, constraints and what is no matter of taste (earliest_end, stream ...) are
/// left to programs.
std::vector<Option> options_of(ComposeOptions& options);
std::vector<Option> options_of(WishWords& wishes);
/// All that decides what is composed but for prompt and constraints: also what is no matter of taste.
std::vector<Option> saved_options_of(ComposeOptions& options);

}  // namespace continuo::generation
