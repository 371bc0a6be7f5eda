//! Shell text, taken apart into commands: what people paste from a terminal, a script or a vendor's page.
//!
//! It reads what the POSIX shell (POSIX.1-2024, XCU 2.2 and 2.10), cmd and PowerShell have in common with what pages
//! print: quotation marks, line continuations, comments, pipes, prompts. Nothing is run, and a variable is replaced only
//! by a value that the same text gives it.

use crate::{
    placeholder::is_placeholder,
    text::{concat, contains, join, split_once},
};

/// A command: its words, without quotation marks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// The program and its arguments.
    pub(crate) words: Vec<String>,
    /// What it reads from its standard input, where that is in the text: `echo <input> | program`.
    pub(crate) input: Option<String>,
}

/// A command as it is run: the program, without its folder and ending, and its arguments.
#[derive(Debug)]
pub(crate) struct Invocation<'a> {
    /// `docker` of `sudo /usr/local/bin/docker`.
    pub(crate) program: String,
    /// The words after it.
    pub(crate) arguments: &'a [String],
    /// As [`Command::input`].
    pub(crate) input: Option<&'a str>,
}

/// How a `#` at the start of a line is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// The line is a comment.
    Comment,
    /// It is the prompt of root.
    Prompt,
}

/// The most commands that are read of a text.
const MOST: usize = 256;

/// How deep commands may stand within commands: `sh -c "…"`, `$(…)`.
const DEPTH: u8 = 3;

/// The commands of `text`, in their order; those inside a substitution come before the one that it is in.
pub(crate) fn commands(text: &str, hash: Hash) -> Vec<Command> {
    let mut lexer = Lexer {
        rest: text,
        hash,
        depth: DEPTH,
        ..Lexer::default()
    };
    lexer.run();
    lexer.commands
}

struct Lexer<'a> {
    rest: &'a str,
    hash: Hash,
    depth: u8,
    commands: Vec<Command>,
    /// The values that variables were given.
    variables: Vec<(String, String)>,
    /// The command that is being read.
    command: Command,
    /// The word that is being read.
    word: Option<String>,
    /// The first word is a text in quotation marks, which PowerShell passes to the next command.
    starts_quoted: bool,
    /// What becomes of the next word.
    next: Next,
    /// What the command before a `|` prints.
    printed: Option<String>,
}

/// What becomes of a word.
#[derive(Default)]
enum Next {
    #[default]
    Argument,
    /// It is the file of a redirection.
    File,
    /// It is the text of a `<<<`.
    Input,
}

impl Default for Lexer<'_> {
    fn default() -> Self {
        Self {
            rest: "",
            hash: Hash::Comment,
            depth: 0,
            commands: Vec::new(),
            variables: Vec::new(),
            command: Command::default(),
            word: None,
            starts_quoted: false,
            next: Next::Argument,
            printed: None,
        }
    }
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        self.skip_prompt();
        while self.commands.len() < MOST
            && let Some(c) = self.take()
        {
            self.read(c);
        }
        self.end_command(false);
    }

    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    /// Takes `part` if it comes next.
    fn take_if(&mut self, part: &str) -> bool {
        match self.rest.strip_prefix(part) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes the text up to `end`, and `end`; all of it where there is no `end`.
    fn take_to(&mut self, end: &str) -> &'a str {
        let (text, rest) = split_once(self.rest, end).unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }

    fn read(&mut self, c: char) {
        match c {
            '\n' => {
                self.end_command(false);
                self.skip_prompt();
            }
            c if c.is_whitespace() => self.end_word(),
            '#' if self.word.is_none() => {
                let line = self.rest.find('\n').unwrap_or(self.rest.len());
                self.rest = self.rest.get(line..).unwrap_or("");
            }
            ';' => self.end_command(false),
            '&' => {
                self.take_if("&");
                self.end_command(false);
            }
            '|' => {
                let is_or = self.take_if("|");
                self.end_command(!is_or);
            }
            '(' if self.word.is_none() && self.command.words.is_empty() => self.end_command(false),
            // PowerShell's way to put in what a command prints.
            '(' if self.word.is_none() => self.push_substitution(),
            ')' if self.is_before_blank() => self.end_command(false),
            '\'' => self.read_quoted('\''),
            '‘' => self.read_quoted('’'),
            '"' | '“' => self.read_double(c),
            '\\' | '^' | '`' => self.read_escape(c),
            '$' => self.read_dollar(),
            '{' if self.rest.starts_with('{') => {
                let inner = self.take_to("}}");
                self.push("{");
                self.push(inner);
                self.push("}}");
            }
            '<' => self.read_less(),
            '>' => self.read_greater(),
            c => self.word.get_or_insert_default().push(c),
        }
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn is_before_blank(&self) -> bool {
        let next = self.rest.chars().next();
        next.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')'))
    }

    /// A text between single marks, or the mark itself where no other follows.
    fn read_quoted(&mut self, close: char) {
        self.note_quote();
        match self.rest.split_once(close) {
            Some((text, rest)) => {
                self.push(text);
                self.rest = rest;
            }
            None => self.push("'"),
        }
    }

    /// A text between double marks.
    fn read_double(&mut self, open: char) {
        self.note_quote();
        let is_end = |c: char| match open {
            '"' => c == '"',
            _ => matches!(c, '”' | '“'),
        };
        let start = self.rest;
        let mut text = String::new();
        while let Some(c) = self.take() {
            match c {
                c if is_end(c) => {
                    self.push(&text);
                    return;
                }
                '\\' | '`' if self.rest.starts_with(['$', '"', '\\', '`']) => {
                    text.extend(self.take());
                }
                '\\' if self.rest.starts_with('\n') => {
                    self.take();
                }
                '$' if self.rest.starts_with('(') => {
                    self.take();
                    text.push_str("$(");
                    text.push_str(self.read_substitution());
                    text.push(')');
                }
                c => text.push(c),
            }
        }
        // There was no end: the mark is a letter like others.
        self.rest = start;
        self.word.get_or_insert_default().push('"');
    }

    fn note_quote(&mut self) {
        if self.command.words.is_empty() && self.word.is_none() {
            self.starts_quoted = true;
        }
    }

    /// `\`, cmd's `^` or PowerShell's `` ` ``: at a line's end the line goes on, elsewhere it may take a meaning away.
    fn read_escape(&mut self, mark: char) {
        let after = self.rest.trim_start_matches([' ', '\t', '\r']);
        if after.is_empty() || after.starts_with('\n') {
            self.rest = after.strip_prefix('\n').unwrap_or("");
            let line = self.rest.trim_start_matches([' ', '\t']);
            if let Some(line) = line.strip_prefix(">> ").or_else(|| line.strip_prefix("> ")) {
                self.rest = line;
            }
            return;
        }
        // A field of one line has made a space of the line's end.
        if self.word.is_none() && self.rest.starts_with(' ') {
            return;
        }
        let next = self.rest.chars().next();
        let is_taken = match mark {
            // A path of Windows, a domain's user.
            '\\' => next.is_some_and(|c| !c.is_alphanumeric()),
            '^' => next.is_some_and(|c| {
                matches!(c, '&' | '|' | '<' | '>' | '^' | '"' | '%' | '!' | '(' | ')')
            }),
            _ => next.is_some_and(|c| matches!(c, '$' | '"' | '\'' | '`')),
        };
        if is_taken {
            let escaped = self.take();
            self.word.get_or_insert_default().extend(escaped);
        } else if mark == '`'
            && let Some((inner, rest)) = self.rest.split_once('`')
        {
            self.rest = rest;
            self.run_inner(inner);
            self.push("$(");
            self.push(inner);
            self.push(")");
        } else {
            self.word.get_or_insert_default().push(mark);
        }
    }

    fn read_dollar(&mut self) {
        if self.take_if("'") {
            self.read_ansi();
        } else if self.rest.starts_with('"') {
            // A text to be translated.
        } else if self.take_if("(") {
            self.push_substitution();
        } else if self.take_if("{{") {
            let inner = self.take_to("}}");
            self.push("${{");
            self.push(inner);
            self.push("}}");
        } else if self.take_if("{") {
            let inner = self.take_to("}");
            self.push("${");
            self.push(inner);
            self.push("}");
        } else {
            self.push("$");
        }
    }

    /// `$'…'`, with the escapes of C.
    fn read_ansi(&mut self) {
        self.push("");
        while let Some(c) = self.take() {
            let c = match c {
                '\'' => return,
                '\\' => match self.take() {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some('x') => {
                        let is_digit = |c: &char| c.is_ascii_hexdigit();
                        let digits: String =
                            self.rest.chars().take(2).take_while(is_digit).collect();
                        self.rest = self.rest.get(digits.len()..).unwrap_or("");
                        match u8::from_str_radix(&digits, 16) {
                            Ok(code) if code.is_ascii() => code.into(),
                            _ => char::REPLACEMENT_CHARACTER,
                        }
                    }
                    Some(c) => c,
                    None => return,
                },
                c => c,
            };
            self.word.get_or_insert_default().push(c);
        }
    }

    fn push_substitution(&mut self) {
        let inner = self.read_substitution();
        self.push("$(");
        self.push(inner);
        self.push(")");
    }

    /// The text of `$(…)`, whose commands are read too.
    fn read_substitution(&mut self) -> &'a str {
        let mut open: usize = 1;
        let is_end = |c: char| {
            match c {
                '(' => open = open.saturating_add(1),
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0
        };
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (inner, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest.strip_prefix(')').unwrap_or("");
        self.run_inner(inner);
        inner
    }

    /// `<<<`, `<<`, `<`, or a placeholder between `<` and `>`.
    fn read_less(&mut self) {
        if self.take_if("<<") {
            self.end_word();
            self.next = Next::Input;
            return;
        }
        let inner = self.rest.split(['>', '\n', '<']).next().unwrap_or("");
        let after = self.rest.get(inner.len()..).unwrap_or("");
        let placeholder = self.rest.get(..inner.len().saturating_add(1)).unwrap_or("");
        let is_text = |c: char| c.is_alphanumeric();
        if inner.len() <= 60
            && inner.starts_with(is_text)
            && !inner.ends_with(char::is_whitespace)
            && after.starts_with('>')
        {
            self.push("<");
            self.push(placeholder);
            self.rest = after.strip_prefix('>').unwrap_or("");
            return;
        }
        self.end_word();
        self.take_if("<-");
        self.take_if("<");
        self.next = Next::File;
    }

    fn read_greater(&mut self) {
        // The number of a stream.
        let is_number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
        if self.word.as_ref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        if self.command.words.is_empty() {
            return;
        }
        self.rest = self.rest.trim_start_matches(['>', '|', '&']);
        self.next = Next::File;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        let word = self.expanded(word);
        match std::mem::take(&mut self.next) {
            Next::Argument => self.command.words.push(option_of_hyphens(word)),
            Next::File => {}
            Next::Input => self.command.input = Some(word),
        }
    }

    /// A word with the values of the variables that the text has given one.
    fn expanded(&self, word: String) -> String {
        if self.variables.is_empty() || !word.contains(['$', '%']) {
            return word;
        }
        let mut made = String::new();
        let mut rest = word.as_str();
        while let Some(c) = rest.chars().next() {
            let known = variable(rest).and_then(|(name, length)| {
                let mut known = self.variables.iter().rev();
                let (_, value) = known.find(|(known, _)| known == name)?;
                Some((value.as_str(), length))
            });
            let (text, length) = known.unwrap_or_else(|| {
                let length = c.len_utf8();
                (rest.get(..length).unwrap_or(""), length)
            });
            made.push_str(text);
            rest = rest.get(length..).unwrap_or("");
        }
        made
    }

    fn end_command(&mut self, is_piped: bool) {
        self.end_word();
        self.next = Next::Argument;
        let mut command = std::mem::take(&mut self.command);
        let starts_quoted = std::mem::take(&mut self.starts_quoted);
        // A pipe may go on in the next line.
        if command.words.is_empty() {
            return;
        }
        let printed = self.printed.take();
        if command.input.is_none() {
            command.input = printed;
        }
        self.note_variables(&command.words);
        if is_piped {
            self.printed = match command.words.as_slice() {
                [text] if starts_quoted => Some(text.clone()),
                words => text_of_echo(words),
            };
        }
        self.run_scripts(&command);
        if self.commands.len() < MOST {
            self.commands.push(command);
        }
    }

    /// Remembers `NAME=value`, `export NAME=value`, `set NAME=value` and PowerShell's `$NAME = "value"`.
    fn note_variables(&mut self, words: &[String]) {
        if let [name, equals, value] = words
            && equals == "="
            && let Some((name, _)) = variable(name)
        {
            self.variables.push((name.to_owned(), value.clone()));
        }
        for word in words {
            if matches!(
                word.as_str(),
                "export" | "set" | "SET" | "declare" | "-x" | "local" | "env" | "ENV" | "ARG"
            ) {
                continue;
            }
            let Some((name, value)) = assignment(word) else {
                return;
            };
            if self.variables.len() < MOST && !value.is_empty() && !is_placeholder(value) {
                self.variables.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Reads the commands that a shell is given as one word: `sh -c "…"`, `ssh host '…'`, a quoted item of a list.
    fn run_scripts(&mut self, command: &Command) {
        const SHELLS: [&str; 14] = [
            "sh",
            "bash",
            "zsh",
            "dash",
            "ash",
            "ksh",
            "fish",
            "cmd",
            "powershell",
            "pwsh",
            "eval",
            "ssh",
            "su",
            "bat",
        ];
        let Some(Invocation {
            program, arguments, ..
        }) = command.invocation()
        else {
            return;
        };
        let is_script = |word: &&String| word.contains(char::is_whitespace);
        if SHELLS.contains(&program.as_str()) {
            for script in arguments.iter().filter(is_script) {
                self.run_inner(script);
            }
        } else if let Some(script) = command.words.iter().find(is_script)
            && program.contains(char::is_whitespace)
        {
            self.run_inner(script.trim_end_matches(','));
        }
    }

    fn run_inner(&mut self, text: &str) {
        let Some(depth) = self.depth.checked_sub(1) else {
            return;
        };
        let mut inner = Lexer {
            rest: text,
            hash: self.hash,
            depth,
            commands: std::mem::take(&mut self.commands),
            variables: std::mem::take(&mut self.variables),
            ..Lexer::default()
        };
        inner.run();
        self.commands = inner.commands;
        self.variables = inner.variables;
    }

    /// Passes over what stands before a line's command: a prompt, or the fence of a code block.
    fn skip_prompt(&mut self) {
        let (line, _) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        let text = line.trim_start();
        if text.starts_with("```") {
            self.rest = self.rest.get(line.len()..).unwrap_or("");
        } else if let Some(command) = after_prompt(text, self.hash) {
            let skipped = line.len().saturating_sub(command.len());
            self.rest = self.rest.get(skipped..).unwrap_or("");
        }
    }
}

impl Command {
    /// The program and its arguments. What stands before it is passed over: `sudo`, `env`, `time`, assignments, the key or
    /// hyphen of a YAML list.
    pub(crate) fn invocation(&self) -> Option<Invocation<'_>> {
        let mut words = self.words.as_slice();
        let mut is_wrapped = false;
        while let [word, rest @ ..] = words {
            let is_number = word.bytes().all(|b| b.is_ascii_digit());
            let is_option = is_wrapped && word.starts_with('-');
            if is_option && matches!(word.as_str(), "-u" | "-g" | "-n" | "-I") {
                words = rest.get(1..).unwrap_or(&[]);
            } else if is_option
                || is_number
                || assignment(word).is_some()
                || (word.len() > 1 && word.ends_with(':'))
            {
                words = rest;
            } else if is_wrapper(word) {
                is_wrapped = true;
                words = rest;
            } else {
                return Some(Invocation {
                    program: program_name(word),
                    arguments: rest,
                    input: self.input.as_deref(),
                });
            }
        }
        None
    }

    /// The first of some programs that stands anywhere in the command, and what follows it.
    pub(crate) fn invocation_of(&self, programs: &[&str]) -> Option<Invocation<'_>> {
        let is_known = |word: &String| programs.contains(&word.as_str());
        let at = self.words.iter().position(is_known)?;
        let (program, arguments) = self.words.get(at..)?.split_first()?;
        Some(Invocation {
            program: program.clone(),
            arguments,
            input: self.input.as_deref(),
        })
    }
}

/// Words after which the command itself comes.
fn is_wrapper(word: &str) -> bool {
    const WRAPPERS: [&str; 34] = [
        "sudo",
        "doas",
        "env",
        "time",
        "command",
        "exec",
        "nohup",
        "nice",
        "builtin",
        "then",
        "do",
        "else",
        "if",
        "while",
        "until",
        "!",
        "{",
        "-",
        "--",
        "@",
        "RUN",
        "winpty",
        "call",
        "lima",
        "k3s",
        "microk8s",
        "minikube",
        "xargs",
        "export",
        "set",
        "timeout",
        "watch",
        "flatpak-spawn",
        "wsl",
    ];
    WRAPPERS.contains(&word)
}

/// `docker` of `/usr/local/bin/docker`, `C:\Tools\docker.exe`, `@docker`.
fn program_name(word: &str) -> String {
    let is_path = word.starts_with('/') || matches!(word.as_bytes(), [_, b':', b'\\', ..]);
    if word.contains(char::is_whitespace) && !is_path {
        return word.to_owned();
    }
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let lower = name.trim_start_matches('@').to_ascii_lowercase();
    let stem = [".exe", ".cmd", ".bat", ".sh"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending));
    stem.map_or(lower.clone(), str::to_owned)
}

/// `NAME=value`.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let name = name.strip_prefix("$env:").unwrap_or(name);
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    is_name.then_some((name, value))
}

/// The variable that a text starts with and the length of what stands for it: `$NAME`, `${NAME}`, `$env:NAME`, `%NAME%`.
fn variable(text: &str) -> Option<(&str, usize)> {
    let (marks, rest) = ["${env:", "$env:", "${", "$", "%"]
        .iter()
        .find_map(|marks| Some((*marks, text.strip_prefix(marks)?)))?;
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end)?;
    let close = match marks {
        "%" => "%",
        _ if marks.starts_with("${") => "}",
        _ => "",
    };
    let is_whole = !name.is_empty() && after.starts_with(close);
    let length = marks.len().checked_add(end)?.checked_add(close.len())?;
    is_whole.then_some((name, length))
}

/// A word whose hyphens a text program has made a dash of: `–u`, `—password`.
fn option_of_hyphens(word: String) -> String {
    let name = word.trim_start_matches(['–', '—']);
    if name.len() == word.len() || name.is_empty() {
        return word;
    }
    let hyphens = if name.len() == 1 { "-" } else { "--" };
    concat(&[hyphens, name])
}

/// What `echo` or `printf` prints, where it is not made by a command.
fn text_of_echo(words: &[String]) -> Option<String> {
    let command = Command {
        words: words.to_vec(),
        input: None,
    };
    let invocation = command.invocation()?;
    let mut texts = invocation
        .arguments
        .iter()
        .map(String::as_str)
        .skip_while(|word| matches!(*word, "-n" | "-e" | "-E" | "-ne" | "-en" | "--"));
    let text = match invocation.program.as_str() {
        "echo" | "write-output" | "write-host" => join(texts, " "),
        "printf" => {
            let format = texts.next()?;
            let text = if contains(format, "%s") {
                texts.next()?
            } else {
                format
            };
            text.strip_suffix("\\n").unwrap_or(text).to_owned()
        }
        _ => return None,
    };
    Some(text.trim().to_owned())
}

/// What follows a prompt: `$ `, `PS C:\> `, `user@host:~$ `.
fn after_prompt(line: &str, hash: Hash) -> Option<&str> {
    let marks = ["$ ", "> ", ">> ", "% ", "❯ ", "➜ ", "λ "];
    let by_mark = marks.iter().find_map(|mark| line.strip_prefix(mark));
    let by_hash = || line.strip_prefix("# ").filter(|_| hash == Hash::Prompt);
    let by_place = || {
        let end = line.find(['$', '#', '%', '>'])?;
        let (place, rest) = line.split_at_checked(end)?;
        let mark = rest.chars().next()?;
        let rest = rest.get(1..)?;
        let bytes = place.as_bytes();
        let is_windows = mark == '>'
            && (place.starts_with("PS ")
                || place == "PS"
                || matches!(bytes, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic()));
        let first = place.split(' ').next().unwrap_or("");
        let is_unix = rest.starts_with(' ')
            && (contains(first, "@")
                || place.starts_with(['~', '/', '[']) && !contains(place.trim_end(), " "));
        (is_windows || is_unix).then_some(rest)
    };
    by_mark
        .or_else(by_hash)
        .or_else(by_place)
        .map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::{Command, Hash, commands};

    fn words(text: &str) -> Vec<Vec<String>> {
        let all = commands(text, Hash::Comment);
        all.into_iter().map(|command| command.words).collect()
    }

    #[test]
    fn commands_are_taken_apart() {
        let cases: &[(&str, &[&[&str]])] = &[
            ("a b\nc", &[&["a", "b"], &["c"]]),
            (
                "a;b && c||d|e&f",
                &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]],
            ),
            (
                "a \\\n b \\\r\n c ^\r\n d `\r\n e",
                &[&["a", "b", "c", "d", "e"]],
            ),
            ("a \\ b ^ c ` d", &[&["a", "b", "c", "d"]]),
            ("a \\\n> b", &[&["a", "b"]]),
            (
                "a 'b c'\"d\\\"e\" $'f\\'\\x41' “g h”",
                &[&["a", "b cd\"e", "f'A", "g h"]],
            ),
            ("a # b\n#c\nd e#f", &[&["a"], &["d", "e#f"]]),
            ("a > /dev/null 2>&1 < in b", &[&["a", "b"]]),
            (
                "a -u <user> -p <your token> <region>.example.com",
                &[&[
                    "a",
                    "-u",
                    "<user>",
                    "-p",
                    "<your token>",
                    "<region>.example.com",
                ]],
            ),
            (
                "a ${{ secrets.X }} {{ y }} ${Z:-a b}",
                &[&["a", "${{ secrets.X }}", "{{ y }}", "${Z:-a b}"]],
            ),
            (
                "a $(b \"c\") `d e`",
                &[&["b", "c"], &["d", "e"], &["a", "$(b \"c\")", "$(d e)"]],
            ),
            (
                "C:\\Tools\\a.exe DOMAIN\\b",
                &[&["C:\\Tools\\a.exe", "DOMAIN\\b"]],
            ),
            ("a -p (b c) d", &[&["b", "c"], &["a", "-p", "$(b c)", "d"]]),
            ("(a b)\n{ c; }", &[&["a", "b"], &["{", "c"], &["}"]]),
            ("a –u b —long c", &[&["a", "-u", "b", "--long", "c"]]),
            ("it's fine", &[&["it's", "fine"]]),
            (
                "X=1\na $X ${X}/b c:${X} '$Y'",
                &[&["X=1"], &["a", "1", "1/b", "c:1", "$Y"]],
            ),
            ("sh -c 'a b'", &[&["a", "b"], &["sh", "-c", "a b"]]),
        ];
        for (text, expected) in cases {
            assert_eq!(&words(text), expected, "{text}");
        }
    }

    #[test]
    fn prompts_are_no_words() {
        for text in [
            "a b",
            "$ a b",
            "> a b",
            "PS C:\\Users\\me> a b",
            "PS>a b",
            "C:\\>a b",
            "me@host:~$ a b",
            "[root@host ~]# a b",
            "me@host ~ % a b",
            "/app # a b",
            "~ $ a b",
            "```sh\na b\n```",
        ] {
            assert_eq!(words(text), [["a", "b"]], "{text}");
        }
        assert_eq!(words("# a b"), Vec::<Vec<String>>::new());
        assert_eq!(commands("# a b", Hash::Prompt).len(), 1);
    }

    #[test]
    fn programs_are_found_behind_what_starts_them() {
        for text in [
            "docker x",
            "sudo docker x",
            "sudo -E -u root docker x",
            "env A=b docker x",
            "A=b time /usr/local/bin/docker x",
            "C:\\Tools\\Docker.exe x",
            "- docker x",
            "run: docker x",
            "  501  docker x",
            "@docker x",
        ] {
            let all = commands(text, Hash::Comment);
            let found = all[0].invocation().unwrap();
            assert_eq!(
                (found.program.as_str(), found.arguments),
                ("docker", &["x".to_owned()][..]),
                "{text}"
            );
        }
    }

    #[test]
    fn input_comes_from_what_stands_before_the_pipe() {
        let input = |text: &str| {
            commands(text, Hash::Comment)
                .pop()
                .and_then(|command: Command| command.input)
        };
        for text in [
            "echo s3cret | a",
            "echo -n 's3cret' | \\\n a",
            "printf '%s' s3cret | a",
            "printf 's3cret\\n' | a",
            "\"s3cret\" | a",
            "a <<< s3cret",
            "a <<<\"s3cret\"",
            "export X=s3cret\necho $X | a",
            "$X = 's3cret'\necho $X | a",
            "Write-Output s3cret | a",
            "echo s3cret|a",
        ] {
            assert_eq!(input(text).as_deref(), Some("s3cret"), "{text}");
        }
        for text in [
            "cat token | a",
            "a",
            "echo x; a",
            "echo x || a",
            "a < token",
        ] {
            assert_eq!(input(text), None, "{text}");
        }
    }

    #[test]
    fn broken_texts_end() {
        for text in [
            "'", "\"", "$(", "${", "{{", "`", "\\", "<", ">", "<<", "$'", "|", "a <<", "“", "$(`",
            "((((", "\"$(\"",
        ] {
            commands(text, Hash::Comment);
            commands(&text.repeat(1000), Hash::Prompt);
        }
    }
}
