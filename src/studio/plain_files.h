// Files of the studio's folder: JSON, and nothing through a link.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace continuo::studio {

using Json = nlohmann::ordered_json;

/// Throws Error (kNotFound) unless the path itself is of this type.
void require_plain(const std::filesystem::path& path, std::filesystem::file_type type);
/// Throws Error (kWouldOverwrite) where a link lies.
void require_no_link(const std::filesystem::path& path);
/// An object. Throws Error.
Json read_json(const std::filesystem::path& path);
/// For a file: indented, with what is no UTF-8 replaced.
std::string text_of_file(const Json& json);
/// The member, or `otherwise` where it is missing or of another type.
template <class T>
T member(const Json& json, const char* name, T otherwise) {
  const auto found = json.find(name);
  if (found == json.end()) return otherwise;
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    return otherwise;
  }
}
/// UTC, by strftime().
std::string time_in_words(const char* format);
/// A new folder of today, "2026-11-30-1"; gives its name.
std::string make_dated_folder(const std::filesystem::path& folder);
/// Moves FOLDER/removed/NAME out of the way of others of the name. Throws Error.
void move_to_removed(const std::filesystem::path& folder, const std::string& name);

}  // namespace continuo::studio
