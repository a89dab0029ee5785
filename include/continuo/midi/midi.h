// Standard MIDI Files (SMF 1.0, RP-001) to and from Score.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::midi {

/// Something in a file that was repaired, left out or ignored.
struct Warning {
  std::uint64_t offset = 0;  ///< byte in the file
  std::string text;
};

struct ReadOptions {
  std::size_t max_warnings = 100;  ///< further ones are counted, not kept
};

struct ReadResult {
  Score score;  ///< in normal form
  std::vector<Warning> warnings;
  std::size_t warning_count = 0;  ///< all of them, kept or not
  int format = 1;                 ///< 0, 1 or 2 as the header said it
};

/// Reads formats 0, 1 and 2 (2: its patterns one after the other), ppq and SMPTE division, bare or in a RIFF (RMID)
/// wrapper. SMPTE time becomes ppq with the tempo that keeps every event at its second exactly. What can be used is
/// used, with a warning; throws Error (with the byte offset) only when nothing can be: no MIDI header, or no track.
/// Memory is linear in bytes.size() and so, up to sorting, is time, whatever the bytes say. Thread-safe.
///
/// Events act in the order of their ticks, within a tick in that of the file. A chunk gives one Track for each line (a
/// channel of a port, meta event 21), program and kind (percussion or not) that has notes there. Programs, controls,
/// pedals, bends and channel modes belong to the line, in all chunks. Note-offs end the oldest note of their pitch,
/// line and chunk; a velocity of 0 is a note-off; so is, for all notes of its line, a channel-mode message other than
/// 121 and 122. Where note-offs of a pitch are missing, each ends the last note that was struck, and a note that
/// nothing ends so gets the usual length of its line and chunk, at most to the next note of its pitch. Percussion
/// beyond kDrumChannel is that of GS, XG and General MIDI 2 (docs/midi.md). Controls and bends go to the first track of
/// their line, in their chunk if it has notes there. The first kTrackName of a chunk with notes is the name of its
/// tracks (in format 0 it is the piece's and stays a text, as does every other text of any chunk). Ticks lie in 0 to
/// 2^34 - 1, so that whatever was read can be written. Not kept: pressure, system exclusive messages, release
/// velocities, other meta events.
ReadResult read(std::span<const std::uint8_t> bytes, const ReadOptions& options = {});

/// The same from a file; errors carry its path.
ReadResult read_file(const std::filesystem::path& path, const ReadOptions& options = {});

struct WriteOptions {
  int format = 1;  ///< 0: one chunk; 1: a conductor chunk, then one chunk per track
  bool running_status = true;
  /// Writes SMPTE division instead of ppq: frames per second (24, 25, 29 for drop-frame 30, 30) and ticks per frame.
  /// Times are rounded to such ticks, and tempos keep only their effect on time.
  struct Smpte {
    int frames_per_second = 25;
    int ticks_per_frame = 40;
  };
  std::optional<Smpte> smpte;
};

/// For every score in normal form read(write(score)).score == score, with running status or without; others are brought
/// to it first. In format 0 names of tracks are lost, and tracks of one line, program and kind become one (their notes
/// of one pitch then end first in, first out, and the first track of a line holds its controls); the order of the
/// tracks is that of their first notes. Throws Error for what the format cannot hold (ppq, values out of range, ticks
/// over 2^34 - 1).
std::vector<std::uint8_t> write(const Score& score, const WriteOptions& options = {});

/// Writes atomically.
void write_file(const std::filesystem::path& path, const Score& score, const WriteOptions& options = {});

}  // namespace continuo::midi
