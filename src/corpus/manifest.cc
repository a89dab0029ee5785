// The table is read whole: it is small beside its collection.
#include "continuo/corpus/manifest.h"

#include <algorithm>
#include <set>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/encoding/encoding.h"
#include "continuo/representation/labels.h"
#include "corpus/csv.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;

/// Rows whose fields are looked up to find the column of paths; enough to tell, few enough for a slow disk.
constexpr std::size_t kSample = 200;

/// "./a\b.mid" and "a/b.mid" are the same file.
std::string tidy_path(std::string text) {
  std::replace(text.begin(), text.end(), '\\', '/');
  return fs::path(text).lexically_normal().generic_string();
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_file_below(const fs::path& folder, const std::string& field) {
  std::error_code code;
  return !field.empty() && field.size() < 4096 && fs::is_regular_file(folder / tidy_path(field), code);
}

constexpr const char* kAliasesName = "ALIASES.csv";

/// The aliases of the folder: columns alias, name and, if wanted, where. None where it has no such table.
std::vector<representation::NameAlias> own_aliases(const fs::path& folder) {
  const fs::path path = folder / kAliasesName;
  std::error_code code;
  if (!fs::exists(path, code)) return {};
  std::vector<std::vector<std::string>> rows;
  try {
    rows = parse_csv(read_text_file(path));
  } catch (const Error& error) {
    ErrorInfo info = error.info();
    info.path = path.string();
    throw Error(info);
  }
  const auto column = [&](const char* name) -> std::size_t {
    for (std::size_t i = 0; !rows.empty() && i < rows[0].size(); ++i)
      if (trimmed(rows[0][i]) == name) return i;
    return std::string::npos;
  };
  const std::size_t alias = column("alias"), name = column("name"), where = column("where");
  if (alias == std::string::npos || name == std::string::npos)
    throw Error({.message = "has no columns named 'alias' and 'name'",
                 .path = path.string(),
                 .hint = "Its first line is: alias,name,where",
                 .code = ErrorCode::kDamaged});
  std::vector<representation::NameAlias> aliases;
  const auto field = [](const std::vector<std::string>& row, std::size_t at) {
    return at < row.size() ? trimmed(row[at]) : std::string();
  };
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (!field(rows[i], alias).empty())
      aliases.push_back({field(rows[i], alias), field(rows[i], name), field(rows[i], where)});
  return aliases;
}

}  // namespace

Manifest::Manifest(const fs::path& folder) : path_(folder / kManifestName) {
  std::error_code code;
  if (!fs::exists(path_, code))
    throw Error({.message = "is missing",
                 .path = path_.string(),
                 .hint = "Labels and selections come from a table of that name in the collection's folder: one line "
                         "per file, the first line with the names of the columns.",
                 .code = ErrorCode::kNotFound});
  std::vector<std::vector<std::string>> rows;
  try {
    const std::string text = read_text_file(path_);
    const std::string encoding = encoding::guess(text);
    if (encoding::was_guessed(encoding)) encoding_ = encoding;
    rows = parse_csv(text);
  } catch (const Error& error) {
    ErrorInfo info = error.info();
    info.path = path_.string();
    throw Error(info);
  }
  if (rows.size() < 2)
    throw Error({.message = "has no rows",
                 .path = path_.string(),
                 .hint = "Its first line names the columns.",
                 .code = ErrorCode::kEmpty});
  std::set<std::string> seen;
  const auto readable = [this](const std::string& field) {
    return encoding_.empty() ? field : encoding::to_utf8(field, encoding_);
  };
  for (const std::string& name : rows.front()) {
    columns_.push_back(trimmed(readable(name)));
    if (!columns_.back().empty() && !seen.insert(columns_.back()).second)
      throw Error({.message = "has two columns named '" + columns_.back() + "'",
                   .path = path_.string(),
                   .code = ErrorCode::kDamaged});
  }
  rows.erase(rows.begin());

  std::vector<std::size_t> found(columns_.size(), 0);
  const std::size_t stride = std::max<std::size_t>(1, rows.size() / kSample);
  for (std::size_t row = 0; row < rows.size(); row += stride)
    for (std::size_t column = 0; column < std::min(columns_.size(), rows[row].size()); ++column)
      found[column] +=
          is_file_below(folder, rows[row][column]) || is_file_below(folder, readable(rows[row][column])) ? 1U : 0U;
  const auto most = std::max_element(found.begin(), found.end());
  if (*most == 0)
    throw Error({.message = "no column names files of its folder",
                 .path = path_.string(),
                 .hint = "One column must hold each file's path relative to that folder.",
                 .code = ErrorCode::kDamaged});
  path_column_ = static_cast<std::size_t>(most - found.begin());
  for (auto& row : rows) {
    row.resize(std::max(row.size(), columns_.size()));
    // Names of files are bytes: as they stand in the table, if there is such a file.
    const bool as_it_stands = encoding_.empty() || is_file_below(folder, row[path_column_]);
    std::string name = tidy_path(as_it_stands ? row[path_column_] : readable(row[path_column_]));
    for (std::string& field : row) field = readable(field);
    rows_.emplace(std::move(name), std::move(row));
  }
}

std::size_t Manifest::column(const std::string& name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
  std::string known;
  for (const std::string& column : columns_) known += (known.empty() ? "" : ", ") + column;
  throw Error({.message = "has no column '" + name + "'",
               .path = path_.string(),
               .hint = "Its columns: " + known + ".",
               .code = ErrorCode::kNotFound});
}

const std::string& Manifest::value(const std::string& name, std::size_t column) const {
  static const std::string kNone;
  const auto row = rows_.find(name);
  return row == rows_.end() || column >= row->second.size() ? kNone : row->second[column];
}

std::map<std::string, std::string, std::less<>> Manifest::labels(std::size_t column) const {
  const representation::LabelNames names(own_aliases(path_.parent_path()));
  std::map<std::string, std::string, std::less<>> labels;
  std::map<std::string, std::size_t> counts;
  for (const auto& [file, row] : rows_) {
    std::string label = names.resolved(value(file, column), file);
    if (label.empty()) continue;
    ++counts[label];
    labels.emplace(file, std::move(label));
  }
  const auto joined = representation::joined_spellings(counts);
  for (auto& [file, label] : labels) label = joined.at(label);
  return labels;
}

}  // namespace continuo::corpus
