/** The Nuxt UI components that the dashboard uses. Vite finds them by name; a template with another one fails the type check. */
import type { RouterLink, RouterView } from 'vue-router';

type Of<Module extends { default: unknown }> = Module['default'];

declare module 'vue' {
  export interface GlobalComponents {
    RouterLink: typeof RouterLink;
    RouterView: typeof RouterView;
    UAlert: Of<typeof import('@nuxt/ui/components/Alert.vue')>;
    UApp: Of<typeof import('@nuxt/ui/components/App.vue')>;
    UBadge: Of<typeof import('@nuxt/ui/components/Badge.vue')>;
    UButton: Of<typeof import('@nuxt/ui/components/Button.vue')>;
    UCheckbox: Of<typeof import('@nuxt/ui/components/Checkbox.vue')>;
    UCommandPalette: Of<typeof import('@nuxt/ui/components/CommandPalette.vue')>;
    UDropdownMenu: Of<typeof import('@nuxt/ui/components/DropdownMenu.vue')>;
    UFormField: Of<typeof import('@nuxt/ui/components/FormField.vue')>;
    UIcon: Of<typeof import('@nuxt/ui/components/Icon.vue')>;
    UInput: Of<typeof import('@nuxt/ui/components/Input.vue')>;
    UKbd: Of<typeof import('@nuxt/ui/components/Kbd.vue')>;
    UModal: Of<typeof import('@nuxt/ui/components/Modal.vue')>;
    UPopover: Of<typeof import('@nuxt/ui/components/Popover.vue')>;
    URadioGroup: Of<typeof import('@nuxt/ui/components/RadioGroup.vue')>;
    USelect: Of<typeof import('@nuxt/ui/components/Select.vue')>;
    USelectMenu: Of<typeof import('@nuxt/ui/components/SelectMenu.vue')>;
    USkeleton: Of<typeof import('@nuxt/ui/components/Skeleton.vue')>;
    USlideover: Of<typeof import('@nuxt/ui/components/Slideover.vue')>;
    USwitch: Of<typeof import('@nuxt/ui/components/Switch.vue')>;
    UTextarea: Of<typeof import('@nuxt/ui/components/Textarea.vue')>;
    UTooltip: Of<typeof import('@nuxt/ui/components/Tooltip.vue')>;
  }
}
