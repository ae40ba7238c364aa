#pragma once

#include <cstdint>
#include <string>

#include "domain/result.h"

namespace firstcome::node {

enum class Access : std::uint8_t {
  Read,   ///< audit, explain, check …: nothing in the folder is changed
  Write,  ///< a server, and verbs that change data
};

/// Whether this process's user may use a data folder and the files of journal and store in it. An error names
/// the first file that it may not use, its owner, this user and what to do. A folder or a file that does not
/// exist is no error here.
Status check_access(const std::string& folder, Access access);

Error no_such_folder(const std::string& folder);

/// Whether a file of journal or store is there. The error says what to name in its place.
Status check_there(const std::string& folder, const std::string& file);

/// "user shop", "user 4711"
std::string name_of_user(unsigned id);
std::string name_of_this_user();

}  // namespace firstcome::node
