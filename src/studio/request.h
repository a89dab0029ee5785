// What composing is asked for over the interface.
#pragma once

#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"
#include "studio/store.h"

namespace continuo::studio {

/// A model with what its file proposes.
struct StudioModel {
  loaded::LoadedModel loaded;
  generation::SamplingOptions sampling;
  std::filesystem::path path;
  std::string hash;             ///< of its file
  std::filesystem::path named;  ///< for command lines: absolute; empty: the one that comes with Continuo
};
StudioModel load_model(const std::filesystem::path& path);

/// `settings` is what docs/http-api.md calls settings: options of composing by their names, and wishes. Throws Error
/// (kInvalidArgument; `about`: the name).
generation::ComposeOptions compose_options(const Json& settings, const StudioModel& model);
/// The command line of these settings, for a piece without a prompt. `model`: empty for the one that comes along.
std::string command_of(const Json& settings, const std::filesystem::path& model);

/// What a form needs: options, styles, keys, metres, instruments, presets.
Json settings_view(const StudioModel& model);

}  // namespace continuo::studio
