//! Joins a style sheet with those that it imports, as the bundler does for the shipping program.

use std::{fs, path::Path};

/// The sheet's text, with every `@import "file.css" layer(name);` replaced by that file, inside its layer.
pub fn read(sheet: &Path) -> String {
    let Ok(text) = fs::read_to_string(sheet) else {
        // Shown in the browser's tools, where somebody who misses the style will look.
        return format!("/* {} cannot be read */\n", sheet.display());
    };
    let folder = sheet.parent().unwrap_or(Path::new(""));
    text.lines()
        .map(|line| import(line, folder).unwrap_or_else(|| format!("{line}\n")))
        .collect()
}

fn import(line: &str, folder: &Path) -> Option<String> {
    let rest = line.trim().strip_prefix("@import")?;
    let quote = rest.find(['"', '\''])?;
    let (name, tail) = rest[quote + 1..].split_once(['"', '\''])?;
    let text = read(&folder.join(name));
    let layer = tail.split_once("layer(").and_then(|(_, layer)| layer.split_once(')'));
    Some(match layer {
        Some((layer, _)) => format!("@layer {layer} {{\n{text}}}\n"),
        None => text,
    })
}
