// Manifest: what a table beside a collection (MANIFEST.csv) says of its files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace continuo::corpus {

inline constexpr const char* kManifestName = "MANIFEST.csv";

/// Rows by file. A table that is not UTF-8 is converted from the encoding that it is guessed to have. The first row of
/// the table names the columns; which one names the files is worked out: the one with the most names of files that are
/// there.
class Manifest {
 public:
  /// Throws Error when the folder has no manifest, it cannot be parsed, it names a column twice or not at all, or no
  /// column names any of its files.
  explicit Manifest(const std::filesystem::path& folder);

  const std::filesystem::path& path() const noexcept { return path_; }
  const std::vector<std::string>& columns() const noexcept { return columns_; }
  const std::string& path_column() const noexcept { return columns_[path_column_]; }
  /// The encoding that was guessed, "WINDOWS-1252" for example; empty: the table is UTF-8.
  const std::string& encoding() const noexcept { return encoding_; }
  /// Index of a column. Throws Error naming those there are.
  std::size_t column(const std::string& name) const;
  /// The field of a file, by its name relative to the folder; empty for files and fields that are not in the table.
  const std::string& value(const std::string& name, std::size_t column) const;
  /// The labels that a column gives to files, one spelling for each name: aliases of ALIASES.csv in the folder, then
  /// those that come with Continuo, then spellings that surely agree (representation/labels.h). Files without a label
  /// are left out. Throws Error for an ALIASES.csv that cannot be read.
  std::map<std::string, std::string, std::less<>> labels(std::size_t column) const;

 private:
  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::string encoding_;
  std::size_t path_column_ = 0;
  std::map<std::string, std::vector<std::string>, std::less<>> rows_;
};

}  // namespace continuo::corpus
