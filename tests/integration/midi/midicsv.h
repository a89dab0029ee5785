// What midicsv (John Walker's independent reader) says about a MIDI file, as plain lists to compare a Score with.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/music/score.h"

namespace continuo::midi::test {

struct CommandResult {
  int status = -1;
  std::string output;  ///< standard output and error together
};

inline CommandResult run(const std::string& command) {
  CommandResult result;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 65'536> buffer;
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    result.output.append(buffer.data(), n);
  }
  result.status = pclose(pipe);
  return result;
}

inline bool has_program(const std::string& name) { return run("command -v " + name).status == 0; }

/// A path in single quotes for the shell.
inline std::string quoted(const std::filesystem::path& path) {
  std::string out = "'";
  for (const char c : path.string()) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Channel, onset, pitch, duration, velocity, program.
using HeardNote = std::tuple<int, Tick, int, Tick, int, int>;

struct Heard {
  int format = -1;
  int tracks = -1;
  int ppq = -1;
  std::vector<HeardNote> notes;                      ///< sorted
  std::vector<std::tuple<Tick, int, int>> controls;  ///< tick, channel * 128 + controller, value; sorted
  std::vector<std::tuple<Tick, int, int>> bends;     ///< tick, channel, value; sorted
  std::vector<TempoChange> tempos;                   ///< those of the chunks one after the other
  std::vector<TimeSignature> time_signatures;
  std::vector<KeySignature> key_signatures;
  std::vector<std::tuple<int, Tick, std::string, std::string>>
      texts;  ///< chunk, tick, midicsv's name for the kind, text
};

/// Fields of one line; a quoted last field with its escapes undone.
inline std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == '"') {
      std::string text;
      for (++at; at < line.size(); ++at) {
        if (line[at] == '"') {
          if (at + 1 < line.size() && line[at + 1] == '"')
            ++at;
          else
            break;
        } else if (line[at] == '\\' && at + 1 < line.size()) {
          if (line[at + 1] == '\\') {
            ++at;
          } else {
            text.push_back(static_cast<char>(std::stoi(line.substr(at + 1, 3), nullptr, 8)));
            at += 3;
            continue;
          }
        }
        text.push_back(line[at]);
      }
      fields.push_back(text);
      break;
    }
    const std::size_t comma = line.find(',', at);
    fields.push_back(line.substr(at, comma == std::string::npos ? comma : comma - at));
    if (comma == std::string::npos) break;
    at = comma + 1;
    while (at < line.size() && line[at] == ' ') ++at;
  }
  return fields;
}

struct CsvRow {
  Tick tick;
  int chunk;
  std::vector<std::string> fields;
};

/// Events of each chunk in order of time; of one tick, by chunk: program changes act on the channel of a port in every
/// chunk of that port.
inline Heard heard_from_rows(std::vector<CsvRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const CsvRow& a, const CsvRow& b) {
    return std::tie(a.tick, a.chunk) < std::tie(b.tick, b.chunk);
  });
  Heard heard;
  std::map<int, int> ports;                     // of each chunk
  std::map<std::pair<int, int>, int> programs;  // of each port and channel
  std::map<std::tuple<int, int, int, int>, std::deque<std::tuple<Tick, int, int>>>
      open;  // by chunk, port, channel, key
  for (const CsvRow& row : rows) {
    const auto& f = row.fields;
    const std::string& kind = f[2];
    const auto number = [&](std::size_t i) { return std::stoi(f.at(i)); };
    if (kind == "Note_on_c" || kind == "Note_off_c") {
      auto& waiting = open[{row.chunk, ports[row.chunk], number(3), number(4)}];
      if (kind == "Note_on_c" && number(5) > 0) {
        waiting.emplace_back(row.tick, number(5), programs[{ports[row.chunk], number(3)}]);
      } else if (!waiting.empty()) {
        const auto [onset, velocity, program] = waiting.front();
        waiting.pop_front();
        heard.notes.emplace_back(number(3), onset, number(4), row.tick - onset, velocity, program);
      }
    } else if (kind == "Program_c") {
      programs[{ports[row.chunk], number(3)}] = number(4);
    } else if (kind == "MIDI_port") {
      ports[row.chunk] = number(3);
    } else if (kind == "Control_c") {
      heard.controls.emplace_back(row.tick, number(3) * 128 + number(4), number(5));
    } else if (kind == "Pitch_bend_c") {
      heard.bends.emplace_back(row.tick, number(3), number(4) - 8192);
    } else if (kind == "Tempo") {
      heard.tempos.push_back({row.tick, static_cast<std::uint32_t>(number(3))});
    } else if (kind == "Time_signature") {
      heard.time_signatures.push_back({row.tick, number(3), 1 << number(4)});
    } else if (kind == "Key_signature") {
      heard.key_signatures.push_back({row.tick, number(3), f.at(4) == "minor"});
    } else if (kind.ends_with("_t")) {
      heard.texts.emplace_back(row.chunk, row.tick, kind, f.size() > 3 ? f[3] : "");
    }
  }
  std::sort(heard.notes.begin(), heard.notes.end());
  std::sort(heard.controls.begin(), heard.controls.end());
  std::sort(heard.bends.begin(), heard.bends.end());
  return heard;
}

/// Runs midicsv. Throws std::runtime_error with its complaint when it has one.
inline Heard hear(const std::filesystem::path& midi_file) {
  const CommandResult result = run("midicsv " + quoted(midi_file));
  if (result.status != 0) throw std::runtime_error("midicsv: " + result.output);
  std::vector<CsvRow> rows;
  Heard header;
  std::size_t at = 0;
  while (at < result.output.size()) {
    const std::size_t end = result.output.find('\n', at);
    const std::string line = result.output.substr(at, end - at);
    at = end == std::string::npos ? result.output.size() : end + 1;
    auto fields = csv_fields(line);
    if (fields.size() < 3 || fields[0].find_first_not_of("0123456789") != std::string::npos) {
      throw std::runtime_error("midicsv: " + line);
    }
    if (fields[2] == "Header") {
      header.format = std::stoi(fields[3]);
      header.tracks = std::stoi(fields[4]);
      header.ppq = std::stoi(fields[5]);
    } else {
      rows.push_back({std::stoll(fields[1]), std::stoi(fields[0]), std::move(fields)});
    }
  }
  Heard heard = heard_from_rows(std::move(rows));
  heard.format = header.format;
  heard.tracks = header.tracks;
  heard.ppq = header.ppq;
  return heard;
}

}  // namespace continuo::midi::test
