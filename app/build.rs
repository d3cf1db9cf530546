//! Turns `locales/*.json` into the module `ui::i18n`, so that a missing or misspelt text fails the build.
//!
//! Only the UI needs it: without that feature this does nothing.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "ui")]
    locales::generate();
}

#[cfg(feature = "ui")]
mod locales {
    use std::{env, fs, path::PathBuf};

    use leptos_i18n_parser::parse_locales::{
        options::{Config, ParseOptions},
        parse_locales,
    };

    const PROMISE: &str = "the texts in app/locales are well formed";

    /// Writes `$OUT_DIR/i18n.rs`, in which English is the language that the others are measured by.
    pub(super) fn generate() {
        println!("cargo::rerun-if-changed=locales");
        let config = Config::new("en")
            .and_then(|config| config.add_locale("zh"))
            .expect(PROMISE);
        let config = config.parse_options(ParseOptions::new().interpolate_display(true));
        let parsed = parse_locales(None, config).expect(PROMISE);
        for warning in parsed.diag.warnings().iter() {
            println!("cargo::warning={warning}");
        }
        for error in parsed.diag.errors().iter() {
            println!("cargo::error={error}");
        }
        let module = leptos_i18n_codegen::gen_code(&parsed, None, false, None, false).expect(PROMISE);
        let path = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("i18n.rs");
        fs::write(path, module.to_string()).expect("the build folder is writable");
    }
}
