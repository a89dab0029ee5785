// From a request to the plan of its sequence.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/steering/steer.h"
#include "steering/script.h"

namespace continuo::steering {

struct Planned {
  std::shared_ptr<const ScriptPlan> plan;
  std::vector<Symbol> heard;  ///< what stands before anything is free
  Score rest;                 ///< what is given, in normal form
  std::vector<bool> closed;   ///< by track of `rest`: takes no new note
  Score rest_decoded;         ///< as the representation has it
  int first_bar = 0;          ///< the first free one, from 0
  int given_bars = 0;
  int joint_bar = 0;  ///< the first given bar behind the last free one, from 0
  int label = 0;
  std::vector<std::string> warnings;
  std::vector<SheetNote> stood;       ///< what the outline takes out
  std::vector<SheetNote> everything;  ///< that the given score has
  /// The same with everything as it stood, and what is heard before; null where nothing stood, or no joint is behind.
  std::shared_ptr<const ScriptPlan> as_it_stood;
  std::vector<Symbol> heard_as_it_stood;
};

/// Throws Error.
Planned plan_of(const loaded::LoadedModel& composer, const Request& request);

}  // namespace continuo::steering
