// Settings as JSON, as options and as a command line.
#include "studio/request.h"

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/generation/options.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "continuo/weights/default_model.h"
#include "continuo/workbench/compose.h"
#include "studio/steered_command.h"
#include "studio/view.h"

namespace continuo::studio {
namespace {

constexpr double kMaxSeconds = 1800;
constexpr int kMaxBars = 1000;

Json preset(const char* name, const char* words, Json settings) {
  return {{"name", name}, {"words", words}, {"settings", std::move(settings)}};
}

Json presets() {
  return {preset("Surprise me", "whatever the model likes", Json::object()),
          preset("Piano alone", "a piece for piano", {{"instruments", "acoustic grand piano"}}),
          preset("String quartet", "two violins, viola, cello", {{"instruments", "violin,viola,cello"}}),
          preset("Waltz", "three beats, not too fast", {{"metre", "3/4"}, {"tempo", "120-168"}}),
          preset("Calm", "slow and safe", {{"tempo", "50-76"}, {"temperature", 0.85}}),
          preset("Wild", "what comes is anybody's guess", {{"temperature", 1.2}})};
}

}  // namespace

StudioModel load_model(const std::filesystem::path& path) {
  StudioModel model;
  model.path = path.empty() ? weights::default_model() : path;
  const auto file = weights::ModelFile::load(model.path);
  model.loaded = loaded::LoadedModel::from(file, model.path);
  model.sampling = generation::sampling_of(file);
  model.hash = content_hash(read_file(model.path)).substr(0, 12);
  std::error_code code;
  if (!std::filesystem::equivalent(model.path, weights::default_model(), code))
    model.named = std::filesystem::absolute(model.path);
  return model;
}

generation::ComposeOptions compose_options(const Json& settings, const StudioModel& model) {
  workbench::ComposeRequest request;
  options_from_json(settings.dump(), workbench::options_of(request));
  generation::ComposeOptions options = request.compose;
  const generation::Asked asked{.temperature = settings.contains("temperature"), .top_p = settings.contains("top_p")};
  options.sampling = generation::with_defaults(options.sampling, model.sampling, asked);
  if (options.seconds.value_or(0) > kMaxSeconds || options.bars.value_or(0) > kMaxBars || options.symbols)
    throw Error({.message = "the piece would be too long",
                 .hint = "Ask for 1800 seconds or 1000 bars at most; it can go on from there.",
                 .code = ErrorCode::kInvalidArgument,
                 .about = options.bars ? "bars" : "seconds"});
  generation::add_wishes(generation::wishes_of(request.wishes), model.loaded, options);
  return options;
}

std::string command_of(const Json& settings, const std::filesystem::path& model) {
  std::string command = "continuo compose";
  if (!model.empty()) command += " --model " + shell_word(model.string());
  for (const auto& [key, value] : settings.items()) {
    std::string name = key;
    for (char& c : name) c = c == '_' ? '-' : c;
    if (value.is_boolean()) {
      if (value.get<bool>()) command += " --" + name;
    } else {
      command += " --" + name + " " + shell_word(value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return command + " -o new";
}

Json settings_view(const StudioModel& model) {
  workbench::ComposeRequest request;
  Json keys = Json::array(), instruments = Json::array();
  for (const char* mode : {"major", "minor"})
    for (const char* tonic : {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"})
      keys.push_back(std::string(tonic) + " " + mode);
  for (int program = 0; program < 128; ++program) instruments.push_back(program_name(program));
  Json styles = Json::array();
  for (const std::string& label : model.loaded.representation->spec().labels)
    if (label != "unknown") styles.push_back(label);
  return {{"options", Json::parse(describe_options_as_json(workbench::options_of(request)))},
          {"styles", std::move(styles)},
          {"keys", std::move(keys)},
          {"metres", {"4/4", "3/4", "2/4", "6/8", "2/2", "3/8"}},
          {"instruments", std::move(instruments)},
          {"presets", presets()}};
}

}  // namespace continuo::studio
