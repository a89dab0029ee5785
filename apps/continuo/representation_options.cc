// NAME and NAME=VALUE... as a RepresentationSpec.
#include "representation_options.h"

#include <fmt/core.h>

#include "continuo/base/error.h"
#include "continuo/representation/sound.h"

namespace continuo::app {

std::string representation_list() {
  std::string names;
  for (const auto& name : representation::representation_names()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

representation::RepresentationSpec representation_of(const std::string& name,
                                                     const std::vector<std::string>& settings) {
  representation::RepresentationSpec spec{.name = name};
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      throw Error({.message = fmt::format("--set {} gives no value", setting),
                   .hint = "Write --set NAME=VALUE, for example --set positions=24.",
                   .code = ErrorCode::kInvalidArgument});
    }
    spec.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  if (representation::reads_sound(name)) {
    static_cast<void>(representation::make_sound(spec));
  } else if (!representation::needs_fitting(name)) {
    static_cast<void>(representation::make(spec));
  }
  return spec;
}

}  // namespace continuo::app
