#include "studio/steered_command.h"

#include <variant>

#include "continuo/base/format.h"
#include "continuo/steering/options.h"

namespace continuo::studio {
namespace {

std::string text_of(const OptionValue& value) {
  if (const auto* whole = std::get_if<std::uint64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return Json(*number).dump();
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

/// Those that are not as they are by themselves.
void append_changed(std::string& command, const std::vector<Option>& asked, const std::vector<Option>& usual) {
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto value = asked[i].get();
    if (value == usual[i].get()) continue;
    command += " --" + asked[i].name;
    if (asked[i].kind != OptionKind::kFlag) command += " " + shell_word(text_of(value));
  }
}

}  // namespace

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789/._-+:,=@%") == std::string::npos;
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_of(const SteeredCommand& command, const steering::Request& request, const Json& settings,
                       const StudioModel& model) {
  std::string text = "continuo " + command.name;
  if (!command.piece.empty()) text += " " + shell_word(command.piece.string());
  if (!model.named.empty()) text += " --model " + shell_word(model.named.string());
  for (const std::string& word : command.words) text += " " + shell_word(word);
  steering::Wishes wishes = request.wishes, usual;
  usual.every_bar = command.name == "accompany";
  if (usual.every_bar && !wishes.every_bar) {
    usual.every_bar = false;
    text += " --rests";
  }
  append_changed(text, steering::options_of(wishes), steering::options_of(usual));
  if (command.name == "vary")
    append_changed(text, steering::variation_options_of(wishes), steering::variation_options_of(usual));
  if (!request.wishes.key.empty()) text += " --key " + shell_word(request.wishes.key);
  for (const auto& [key, value] : settings.items()) {
    if (key == "seed") continue;
    std::string name = key;
    for (char& c : name) c = c == '_' ? '-' : c;
    if (!value.is_boolean())
      text += " --" + name + " " + shell_word(value.is_string() ? value.get<std::string>() : value.dump());
    if (value.is_boolean() && value.get<bool>()) text += " --" + name;
  }
  text += " --seed " + std::to_string(request.seed);
  if (request.count > 1) text += " --count " + std::to_string(request.count);
  return text + " -o new";
}

}  // namespace continuo::studio
