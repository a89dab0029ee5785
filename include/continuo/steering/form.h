// Form: a piece in sections that return, as they were or varied.
//
//   const auto form = form_from_text("A A' B A");
//   const auto piece = compose_form(composer, {.seed = 7}, form);
#pragma once

#include <stop_token>
#include <string_view>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"

namespace continuo::steering {

struct Section {
  char letter = 'A';  ///< sections of one letter are the same music
  int primes = 0;     ///< A' is A varied, A'' varied more
  int bars = 8;
  friend bool operator==(const Section&, const Section&) = default;
};

/// "A A' B A", "A8 A'8 B16 A8": a letter, its primes and its bars; without bars as many as `bars`, or as its letter had
/// before. Throws Error (kInvalidArgument, about "form"): what it cannot read, more than 64 sections or 1,000 bars, a
/// section that returns with more bars than it had.
std::vector<Section> form_from_text(std::string_view text, int bars = 8);
/// "A8 A'8 B16 A8"
std::string to_text(const std::vector<Section>& form);

/// Composes the sections in their order, each from all that stands before it. A letter that was there returns note for
/// note; with primes a share of its notes, 0.35 for each prime, gets other pitches in the same rhythm. The last two
/// bars of the last section are written so that the piece closes, as ComposeOptions::any_ending says, also where it
/// returns. Each section has a marker with its name. Of `options` lengths and the start count for nothing.
/// Deterministic in (model, options, form). Throws Error (a model that writes no bars, kUnsupported); Interrupted.
generation::Composition compose_form(const loaded::LoadedModel& composer, const generation::ComposeOptions& options,
                                     const std::vector<Section>& form, const ProgressSink& progress = {},
                                     const std::stop_token& stop = {});

}  // namespace continuo::steering
