// What learnings show: what a folder holds, the curve, models side by side.
#pragma once

#include "studio/learnings.h"
#include "studio/works.h"

namespace continuo::studio {

/// State, curve and whether there is a model to use.
Json learning_view(Learnings& learnings, const Models& models, const Learning& learning);

/// What the music holds and what of it would be learned from, as JSON: {"files", "pieces", "seconds", "notes", "works",
/// "lengths", "left_out", "instruments"} or {"error"}. The work waits for a place.
void describe_music(const Desk& desk, Learnings& learnings, const std::string& id, Sink& sink);

/// The base, the current model and what was learned, on music that none of them was trained on, as JSON: {"heading",
/// "rows", "differences", "remarks"} or {"error"}.
void evaluate_learning(const Desk& desk, Learnings& learnings, const Models& models, const std::string& id, Sink& sink);

}  // namespace continuo::studio
