//! Every part of the kit, in every state.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    protocol::Timestamp,
    ui::kit::{
        Dialog, Field, Icon, Kind, Presence, Shape, Style, TextArea, Tone, avatar, badge, banner, class, empty_state,
        icon, icon_button, skeleton, skeleton_rows, spinner, time,
    },
};

/// The surfaces and signals of `style/tokens.css`, drawn as squares.
const COLORS: [&str; 12] = [
    "canvas",
    "side",
    "raised",
    "sunken",
    "hover",
    "line",
    "accent",
    "accent-soft",
    "danger",
    "danger-soft",
    "warning-soft",
    "here",
];

/// All parts.
#[component]
pub(in crate::ui) fn Showcase() -> impl IntoView {
    view! {
        <Title text="Kit · Magpie" />
        <main class="kit-page">
            <h1>"Kit"</h1>
            <p>"The parts that screens are made of. " <a href="/kit/demo">"A whole room of them"</a></p>
            {section("Colours", swatches())} {section("Buttons", buttons())} {section("Icons", icons())}
            {section("Faces and counts", faces())} {section("Fields", fields())} {section("Banners", banners())}
            {section("Times", times())} {section("Waiting", waiting())} {section("Dialog", dialog())}
            {section("Nothing here", nothing())}
        </main>
    }
}

fn section(title: &'static str, samples: impl IntoView) -> AnyView {
    view! {
        <section>
            <h2>{title}</h2>
            <div class="samples">{samples}</div>
        </section>
    }
    .into_any()
}

fn swatches() -> impl IntoView {
    let swatch = |name: &'static str| view! { <span class="swatch" data-color=name>{name}</span> };
    view! { <div class="swatches">{COLORS.map(swatch).collect_view()}</div> }
}

fn buttons() -> impl IntoView {
    let kinds = [
        (Kind::Primary, "Primary"),
        (Kind::Secondary, "Secondary"),
        (Kind::Plain, "Plain"),
        (Kind::Danger, "Danger"),
    ];
    let each = |is_disabled: bool| {
        let button = move |(kind, name): (Kind, &'static str)| {
            view! { <button type="button" class=class(kind) disabled=is_disabled>{name}</button> }
        };
        kinds.map(button).collect_view()
    };
    view! {
        {each(false)} {each(true)} <button type="button" class="button secondary small">"Small"</button>
        {icon_button(Icon::Plus, || "New".to_owned(), |_| ())}
    }
}

fn icons() -> impl IntoView {
    Icon::ALL
        .map(|which| view! { <span title=format!("{which:?}")>{icon(which)}</span> })
        .collect_view()
}

fn faces() -> impl IntoView {
    let hues = (0..12)
        .map(|step| avatar("Ann Whitaker", step * 30, Shape::Round, Presence::Unsaid))
        .collect_view();
    view! {
        {hues} {avatar("李小雨", 40, Shape::Round, Presence::Here)} {avatar("Noor", 140, Shape::Round, Presence::Away)}
        {avatar("Tomás Rivera", 220, Shape::RoundSmall, Presence::Here)} {avatar("General", 320, Shape::Square, Presence::Unsaid)}
        {badge(1, "1 new".to_owned())} {badge(42, "42 new".to_owned())} {badge(1000, "1000 new".to_owned())}
    }
}

fn fields() -> impl IntoView {
    view! {
        <Field id="kit-plain" name="plain" label="Name".to_owned() placeholder="For example, Ann".to_owned() />
        <Field id="kit-filled" name="filled" label="Name".to_owned() value="Ann".to_owned() />
        <Field id="kit-wrong" name="wrong" label="Name".to_owned() error="Please write a name.".to_owned() />
        <TextArea id="kit-area" label="Topic".to_owned() value="A few lines".to_owned() />
    }
}

fn banners() -> impl IntoView {
    let close = || icon_button(Icon::Close, || "Dismiss".to_owned(), |_| ());
    view! {
        {banner(Tone::Quiet, "It is good to know.", ())} {banner(Tone::Warning, "It may hinder.", close())}
        {banner(Tone::Danger, "It went wrong. Please try again.", close())}
    }
}

fn times() -> impl IntoView {
    let at = Timestamp(1_795_372_260_000);
    view! { {time(at, Style::Clock)} {time(at, Style::Ago)} {time(at, Style::Day)} }
}

fn waiting() -> impl IntoView {
    view! {
        {spinner()} <div class="stack">{skeleton("short")} {skeleton("middle")} {skeleton("long")}</div>
        <div class="stack">{skeleton_rows("On its way".to_owned())}</div>
    }
}

fn dialog() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button type="button" class=class(Kind::Secondary) on:click=move |_| open.set(true)>
            "Ask"
        </button>
        <Dialog open=open title="Is it so?".to_owned() close="Close".to_owned()>
            <p class="lead">"One sentence that says what will happen."</p>
            <div class="actions">
                <button type="button" class=class(Kind::Secondary) on:click=move |_| open.set(false)>
                    "No"
                </button>
                <button type="button" class=class(Kind::Primary) on:click=move |_| open.set(false)>
                    "Yes"
                </button>
            </div>
        </Dialog>
    }
}

fn nothing() -> impl IntoView {
    let action = view! {
        <button type="button" class=class(Kind::Primary)>
            "Do something"
        </button>
    };
    empty_state(
        Icon::Speech,
        "Nothing yet",
        "A sentence on what would be here, and how to get it.",
        action,
    )
}
